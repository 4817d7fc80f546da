"""One look for every form of the site, allauth's included."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Render each field with its label, help and error beside it."""

    field_template_name = "ui/_field.html"
