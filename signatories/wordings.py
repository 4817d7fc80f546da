"""What people consent to, word for word. A wording that somebody agreed to is never changed; a new one is added.

A translation is a wording of its own, under the version with its language: whoever ticked a German box agreed to the
German words, and their row says so. So the translations stand here, each with its hash in a test, and not in the
catalogues of the interface, where a better word would change afterwards what somebody had agreed to.
"""

from django.utils.translation import get_language

from petition.text import sha256

PURPOSES = ("publish", "updates", "contact")
# Each version with the label and the help text of every box, as they stood on the form.
WORDINGS: dict[str, dict[str, tuple[str, str]]] = {
    "2026-11": {
        "publish": (
            "Print my name and line on the letter",
            "Without this you are counted, and not named.",
        ),
        "updates": (
            "Write to me when there is news about this letter",
            "",
        ),
        "contact": (
            "The addressee and the press may be given my address, to write to me about this letter",
            "Without this nobody outside the team gets it.",
        ),
    },
    "2026-11.de": {
        "publish": (
            "Meinen Namen und die Zeile dahinter auf dem Brief abdrucken",
            "Ohne dies werden Sie gezählt, aber nicht genannt.",
        ),
        "updates": (
            "Mir schreiben, wenn es Neues zu diesem Brief gibt",
            "",
        ),
        "contact": (
            "Der Adressat und die Presse dürfen meine Adresse erhalten, um mir zu diesem Brief zu schreiben",
            "Ohne dies erhält sie niemand außerhalb des Teams.",
        ),
    },
    "2026-11.fr": {
        "publish": (
            "Imprimer mon nom et la ligne qui le suit sur la lettre",
            "Sans cela, votre signature est comptée et votre nom n’est pas indiqué.",
        ),
        "updates": (
            "M’écrire quand il y a du nouveau au sujet de cette lettre",
            "",
        ),
        "contact": (
            "Mon adresse peut être remise au destinataire et à la presse pour m’écrire au sujet de cette lettre",
            "Sans cela, personne en dehors de l’équipe ne la reçoit.",
        ),
    },
    "2026-11.es": {
        "publish": (
            "Imprimir mi nombre y la línea que lo sigue en la carta",
            "Sin esto, su firma se cuenta y su nombre no aparece.",
        ),
        "updates": (
            "Escribirme cuando haya novedades sobre esta carta",
            "",
        ),
        "contact": (
            "Se puede dar mi dirección al destinatario y a la prensa, para que me escriban sobre esta carta",
            "Sin esto, no la recibe nadie fuera del equipo.",
        ),
    },
    "2026-11.ar": {
        "publish": (
            "اطبعوا اسمي والسطر الذي يليه على الرسالة",
            "من دون ذلك يُحتسب توقيعكم ولا يُذكر اسمكم.",
        ),
        "updates": (
            "راسلوني عندما تكون هناك أخبار عن هذه الرسالة",
            "",
        ),
        "contact": (
            "يجوز إعطاء عنواني للمرسَل إليه وللصحافة لمراسلتي بشأن هذه الرسالة",
            "من دون ذلك لا يحصل عليه أحد خارج الفريق.",
        ),
    },
}
CURRENT = "2026-11"


def shown() -> str:
    """Return the wording that stands on a form now: the current one in the reader's language, or else in English."""
    translated = f"{CURRENT}.{(get_language() or '').partition('-')[0]}"
    return translated if translated in WORDINGS else CURRENT


def known(version: str) -> str:
    """Return a version that exists: the one that was asked for, or the current one."""
    return version if version in WORDINGS else CURRENT


def box(purpose: str, version: str) -> tuple[str, str]:
    """Return the label and the help text of a box."""
    return WORDINGS[version][purpose]


def text(purpose: str, version: str = CURRENT) -> str:
    """Return what somebody agreed to, in one piece."""
    return " ".join(f"{part.rstrip('.')}." for part in WORDINGS[version][purpose] if part)


def fingerprint(purpose: str, version: str) -> str:
    """Return the SHA-256 of a wording, which stands beside each consent."""
    return sha256(text(purpose, version))
