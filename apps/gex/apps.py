from django.apps import AppConfig


class GexConfig(AppConfig):
    name = "apps.gex"
    label = "gex"

    def ready(self) -> None:
        from apps.gex.plans import proposals
        from apps.gex.setups import ideas
        from apps.ideas import sources

        sources.register("setups", ideas.from_setups)
        sources.register("game-plan", ideas.from_game_plan)
        sources.register(proposals.SOURCE, proposals.find)
