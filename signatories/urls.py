"""The people's addresses."""

from django.urls import path

from signatories.desk import deciding, exports, founders, person, queue, switches
from signatories.views import invited, own, reading, signing

app_name = "signatories"
urlpatterns = [
    path("letters/<slug:slug>/sign/", signing.sign, name="sign"),
    path("letters/<slug:slug>/sent/", signing.sent, name="sent"),
    path("letters/<slug:slug>/sent/again/", signing.again, name="again"),
    path("letters/<slug:slug>/signatories/", reading.signatories, name="signatories"),
    path("confirm/<str:token>/", signing.confirm, name="confirm"),
    path("mine/<str:token>/", own.mine, name="mine"),
    path("mine/<str:token>/withdraw/", own.withdraw, name="withdraw"),
    path("mine/<str:token>/not-me/", own.disown, name="disown"),
    path("mine/<str:token>/answer/", own.answer, name="answer"),
    path("invitation/<str:token>/", invited.invitation, name="invitation"),
    path("invitation/<str:token>/decline/", invited.decline_invitation, name="decline_invitation"),
    path("desk/<slug:slug>/vetting/", queue.queue, name="queue"),
    path("desk/<slug:slug>/vetting/next/", queue.next_, name="next"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/", person.person, name="person"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/claim/", person.claim, name="claim"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/list/", deciding.list_, name="list"),
    *(
        path(f"desk/<slug:slug>/vetting/<uuid:pk>/{verb}/", deciding.decide, {"verb": verb}, name=verb)
        for verb in deciding.VERBS
    ),
    path("desk/<slug:slug>/vetting/<uuid:pk>/recuse/", deciding.recuse, name="recuse"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/record/", deciding.record, name="record"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/contact/", deciding.contact, name="contact"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/strike/<int:number>/", deciding.strike, name="strike"),
    *(
        path(f"desk/<slug:slug>/{name}/{'on' if on else 'off'}/", switches.switch, {"name": name, "on": on}, name=name)
        for name, on in switches.SAID
    ),
    path("desk/<slug:slug>/founders/", founders.founders, name="founders"),
    path("desk/<slug:slug>/export/", exports.export, name="export"),
]
