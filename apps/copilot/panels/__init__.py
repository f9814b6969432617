"""The copilot's four tools: scenario, portfolio risk, post-mortem, probability. Engine in, page out."""
