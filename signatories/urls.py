"""The people's addresses."""

from django.urls import path

from signatories.desk import delivering, exports, founders, vetting
from signatories.views import embargoed, federated, invited, own, reading, record, signing

app_name = "signatories"
urlpatterns = [
    path("letters/<slug:slug>/sign/", signing.sign, name="sign"),
    path("letters/<slug:slug>/sent/", signing.sent, name="sent"),
    path("letters/<slug:slug>/sent/again/", signing.again, name="again"),
    path("letters/<slug:slug>/signatories/", reading.signatories, name="signatories"),
    path("letters/<slug:slug>/changes/", record.changes, name="changes"),
    path("letters/<slug:slug>/changes.json", record.changes_json, name="changes_json"),
    path("letters/<slug:slug>/changes.atom", record.changes_atom, name="changes_atom"),
    path("letters/<slug:slug>/counts.csv", record.counts, name="counts"),
    path("letters/<slug:slug>/press/", record.facts, name="press"),
    path("confirm/<str:token>/", signing.confirm, name="confirm"),
    path("mine/<str:token>/", own.mine, name="mine"),
    path("mine/<str:token>/withdraw/", own.withdraw, name="withdraw"),
    path("mine/<str:token>/not-me/", own.disown, name="disown"),
    path("mine/<str:token>/keep/", own.keep, name="keep"),
    path("unsubscribe/<str:token>/", own.unsubscribe, name="unsubscribe"),
    path("mine/<str:token>/answer/", own.answer, name="answer"),
    path("mine/<str:token>/link/", federated.linked, name="linked"),
    path("mine/<str:token>/link/<slug:provider>/", federated.begin, name="link"),
    path("invitation/<str:token>/", invited.invitation, name="invitation"),
    path("invitation/<str:token>/decline/", invited.decline_invitation, name="decline_invitation"),
    path("desk/<slug:slug>/vetting/", vetting.queue, name="queue"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/", vetting.person, name="person"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/list/", vetting.list_, name="list"),
    *(
        path(f"desk/<slug:slug>/vetting/<uuid:pk>/{verb}/", vetting.decide, {"verb": verb}, name=verb)
        for verb in vetting.VERBS
    ),
    path("embargo/<str:token>/", embargoed.page, name="embargo"),
    path("desk/<slug:slug>/founders/", founders.founders, name="founders"),
    path("desk/<slug:slug>/founders/invite/", founders.invite, name="invite"),
    path("desk/<slug:slug>/founders/import/", founders.invite_many, name="invite_many"),
    path("desk/<slug:slug>/founders/press/", founders.press, name="press_link"),
    path("desk/<slug:slug>/founders/press/<uuid:pk>/revoke/", founders.revoke_link, name="revoke_press_link"),
    *(
        path(f"desk/<slug:slug>/founders/<uuid:pk>/{verb}/", founders.act, {"verb": verb}, name=f"{verb}_invitation")
        for verb in founders.VERBS
    ),
    path("desk/<slug:slug>/delivery/deliver/", delivering.deliver, name="deliver"),
    path("desk/<slug:slug>/export/", exports.export, name="export"),
]
