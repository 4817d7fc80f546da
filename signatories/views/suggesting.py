"""Names of organisations, offered while one is typed."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from signatories import countries, organisations

LONGEST = 160  # letters that the field takes


@require_safe
@cache_control(public=True, max_age=3600)
def suggest(request: HttpRequest) -> JsonResponse:
    """At most eight organisations whose name begins like `q`: the same for everybody, and nothing about people."""
    typed, known = request.GET.get("q", ""), countries.names()
    found = organisations.suggest(typed) if len(typed) <= LONGEST else []
    offers = [{"name": one.name, "also": one.also, "country": known.get(one.country, "")} for one in found]
    return JsonResponse({"organisations": offers}, json_dumps_params={"ensure_ascii": False})
