"""The people's addresses."""

from django.urls import path

from signatories.desk import (
    batches,
    cases,
    deciding,
    delivering,
    exports,
    founders,
    mails,
    organisations,
    person,
    queue,
    retention,
    switches,
    team,
    tokens,
    watchlist,
    webhooks,
    work,
)
from signatories.forms.own_data import WHAT
from signatories.forms.proofs import OFFERED
from signatories.views import (
    auditing,
    embargoed,
    federated,
    health,
    invited,
    methods,
    notice,
    own,
    own_data,
    proofs,
    reading,
    record,
    reporting,
    signing,
    suggesting,
)

app_name = "signatories"
urlpatterns = [
    path("letters/<slug:slug>/sign/", signing.sign, name="sign"),
    path("letters/<slug:slug>/sent/", signing.sent, name="sent"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("letters/<slug:slug>/sent/again/", signing.again, name="again"),
    path("letters/<slug:slug>/signatories/", reading.signatories, name="signatories"),
    path("letters/<slug:slug>/signatories.csv", reading.whole_list, name="whole_list"),
    path("letters/<slug:slug>/signatories/<uuid:pk>/report/", reporting.report, name="report"),
    path("letters/<slug:slug>/privacy/", notice.privacy, name="privacy"),
    path("letters/<slug:slug>/methods/", methods.methods, name="methods"),
    path("letters/<slug:slug>/reported/", reporting.reported, name="reported"),
    path("organisations/", suggesting.suggest, name="organisations"),
    path("letters/<slug:slug>/changes/", record.changes, name="changes"),
    path("letters/<slug:slug>/changes.json", record.changes_json, name="changes_json"),
    path("letters/<slug:slug>/changes.atom", record.changes_atom, name="changes_atom"),
    path("letters/<slug:slug>/counts.csv", record.counts, name="counts"),
    path("letters/<slug:slug>/press/", record.facts, name="press"),
    path("confirm/<str:token>/", signing.confirm, name="confirm"),
    path("mine/<str:token>/", own.mine, name="mine"),
    path("mine/<str:token>/change/", own_data.change, name="change"),
    *(path(f"mine/<str:token>/{what}/", own_data.page, {"what": what}, name=what) for what in WHAT),
    *(path(f"mine/<str:token>/{what}/code/", own_data.send, {"what": what}, name=f"{what}_code") for what in WHAT),
    *(
        path(f"mine/<str:token>/consents/{purpose}/", own_data.take_back, {"purpose": purpose}, name=f"end_{purpose}")
        for purpose in ("updates", "contact")
    ),
    path("mine/<str:token>/not-me/", own.disown, name="disown"),
    path("mine/<str:token>/keep/", own.keep, name="keep"),
    path("unsubscribe/<str:token>/", own.unsubscribe, name="unsubscribe"),
    path("mine/<str:token>/again/", own.again, name="news_again"),
    path("reach/<str:token>/", own.reach, name="reach"),
    path("mine/<str:token>/answer/", own.answer, name="answer"),
    path("mine/<str:token>/link/", federated.linked, name="linked"),
    path("mine/<str:token>/link/<slug:provider>/", federated.begin, name="link"),
    path("mine/<str:token>/audit/", auditing.audit, name="audit"),
    path("mine/<str:token>/statement/", proofs.statement, name="statement"),
    *(path(f"mine/<str:token>/proofs/{kind}/", proofs.offer, {"kind": kind}, name=f"prove_{kind}") for kind in OFFERED),
    path("mine/<str:token>/proofs/mailbox/", proofs.mailbox, name="prove_mailbox"),
    path("mine/<str:token>/proofs/code/", proofs.mailbox_code, name="prove_mailbox_code"),
    path("mine/<str:token>/proofs/vouch-code/", proofs.vouch_code, name="vouch_code"),
    path("mine/<str:token>/vouch/", proofs.vouch, name="vouch"),
    path("signed/<str:token>/", proofs.signed, name="signed"),
    path("mailbox/<str:token>/", proofs.stop, name="stop"),
    path("invitation/<str:token>/", invited.invitation, name="invitation"),
    path("invitation/<str:token>/decline/", invited.decline_invitation, name="decline_invitation"),
    path("accounts/tokens/", tokens.tokens, name="tokens"),
    path("accounts/tokens/<uuid:pk>/revoke/", tokens.revoke, name="revoke_token"),
    path("desk/<slug:slug>/vetting/", queue.queue, name="queue"),
    path("desk/<slug:slug>/vetting/next/", queue.next_, name="next"),
    path("desk/<slug:slug>/mails/", mails.mails, name="mails"),
    path("desk/<slug:slug>/mails/again/", mails.again, name="mails_again"),
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
    path("desk/<slug:slug>/vetting/<uuid:pk>/key/", deciding.key, name="key"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/strike/<int:number>/", deciding.strike, name="strike"),
    *(
        path(f"desk/<slug:slug>/{name}/{'on' if on else 'off'}/", switches.switch, {"name": name, "on": on}, name=name)
        for name, on in switches.SAID
    ),
    path("embargo/<str:token>/", embargoed.page, name="embargo"),
    path("desk/<slug:slug>/batches/", batches.batches_, name="batches"),
    path("desk/<slug:slug>/batches/new/", batches.new, name="batch_new"),
    path("desk/<slug:slug>/batches/preview/", batches.preview, name="batch_preview"),
    path("desk/<slug:slug>/batches/start/", batches.start, name="batch_start"),
    path("desk/<slug:slug>/batches/<uuid:batch>/", batches.batch, name="batch"),
    *(
        path(f"desk/<slug:slug>/batches/<uuid:batch>/{verb}/", batches.step, {"verb": verb}, name=f"batch_{verb}")
        for verb in batches.STEPS
    ),
    path("desk/<slug:slug>/cases/", cases.cases_, name="cases"),
    path("desk/<slug:slug>/cases/<int:case>/", cases.case, name="case"),
    path("desk/<slug:slug>/cases/<int:case>/close/", cases.close, name="close_case"),
    path("desk/<slug:slug>/throughput/", work.work, name="work"),
    path("desk/<slug:slug>/watchlist/", watchlist.watchlist, name="watchlist"),
    path("desk/<slug:slug>/watchlist/<int:pk>/remove/", watchlist.remove_watched, name="remove_watched"),
    path("desk/<slug:slug>/alarms/<int:pk>/seen/", watchlist.alarm_seen, name="alarm_seen"),
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
    path("desk/<slug:slug>/organisations/", organisations.look_up, name="desk_organisations"),
    path("desk/<slug:slug>/organisations/add/", organisations.add, name="add_organisation"),
    path("desk/<slug:slug>/organisations/add-host/", organisations.add_host, name="add_host"),
    path("desk/<slug:slug>/organisations/<int:pk>/remove/", organisations.remove_host, name="remove_host"),
    path("desk/<slug:slug>/retention/", retention.report, name="retention"),
    path("desk/<slug:slug>/webhooks/", webhooks.webhooks_, name="webhooks"),
    path("desk/<slug:slug>/webhooks/<uuid:pk>/", webhooks.webhook, name="webhook"),
    path("desk/<slug:slug>/webhooks/<uuid:pk>/change/", webhooks.change, name="change_webhook"),
    path("desk/<slug:slug>/webhooks/<uuid:pk>/rotate/", webhooks.rotate, name="rotate_webhook"),
    path("desk/<slug:slug>/webhooks/<uuid:pk>/remove/", webhooks.remove, name="remove_webhook"),
    *(
        path(f"desk/<slug:slug>/webhooks/<uuid:pk>/{verb}/", webhooks.act, {"verb": verb}, name=f"{verb}_webhook")
        for verb in webhooks.VERBS
    ),
    path("desk/<slug:slug>/webhooks/<uuid:pk>/deliveries/<uuid:delivery>/again/", webhooks.again, name="webhook_again"),
    path("desk/<slug:slug>/export/", exports.export, name="export"),
    path("desk/<slug:slug>/team/", team.members, name="members"),
    path("desk/<slug:slug>/team/<int:pk>/remove/", team.remove_member, name="remove_member"),
]
