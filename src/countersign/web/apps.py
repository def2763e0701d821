"""Django application of the shell."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "countersign.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from countersign.web import second_factor, stream_pages
        from countersign.web.shown import codes, words

        second_factor.connect()
        words.KINDS.update(stream_pages.kind_words())
        codes.ACTS.update(stream_pages.act_words())
