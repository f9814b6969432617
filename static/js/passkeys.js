// Passkeys: forms with data-passkey ask the server for options, the browser for a credential, and bring it back.
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const readable = (options) => {
    const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
    const found = { ...options, challenge: bytes(options.challenge) };
    if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) found.excludeCredentials = known(options.excludeCredentials);
    if (options.allowCredentials) found.allowCredentials = known(options.allowCredentials);
    return found;
  };

  const sendable = (credential) => {
    const response = credential.response;
    const sent = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) {
      sent.attestationObject = text(response.attestationObject);
      sent.transports = response.getTransports ? response.getTransports() : [];
    } else {
      sent.authenticatorData = text(response.authenticatorData);
      sent.signature = text(response.signature);
      sent.userHandle = response.userHandle ? text(response.userHandle) : null;
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || null,
      clientExtensionResults: {},
      response: sent,
    });
  };

  const ask = async (url, data) => {
    const answer = await fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" } });
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    const body = isJson ? await answer.json() : {};
    if (!answer.ok || !isJson) throw new Error(body.problem || "The desk did not answer. Load the page again.");
    return body;
  };

  const inWords = (error) => {
    if (error.name === "NotAllowedError") return "Nothing was confirmed. Try again.";
    if (error.name === "InvalidStateError") return "This device holds a passkey of yours already.";
    if (error.name === "SecurityError") return "The browser allows no passkeys at this address.";
    return error.message;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    const problem = form.querySelector("[data-problem]");
    problem.hidden = true;
    button.disabled = true;
    try {
      const data = new FormData(form);
      const options = readable(await ask(form.dataset.options, data));
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: options });
      data.delete("password");
      data.set("credential", sendable(credential));
      window.location.assign((await ask(form.dataset.answer, data)).next);
    } catch (error) {
      problem.textContent = inWords(error);
      problem.hidden = false;
      button.disabled = false;
    }
  });

  const show = () => document.querySelectorAll("form[data-passkey][hidden]").forEach((form) => { form.hidden = false; });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
  else show();
})();
