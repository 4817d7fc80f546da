// Keys for the queue and for one person's page. Everything they do is also a button; without this file nothing is missing.
"use strict";

(() => {
  const keys = document.getElementById("keys");
  const claim = document.getElementById("claim");
  const who = document.getElementById("who");

  // --- a claim on what is open, renewed while somebody works on it ---
  const RENEW = 60_000; // milliseconds; the claim itself lasts ten minutes
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  let renewed = 0;
  async function renew() {
    if (!token || !claim || Date.now() - renewed < RENEW) return;
    renewed = Date.now();
    const answer = await fetch(claim.dataset.claim, {
      method: "POST", headers: { "X-CSRFToken": token.value }, credentials: "same-origin",
    }).catch(() => null);
    if (!answer || !answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("claim");
    if (fresh && fresh.textContent.trim() !== claim.textContent.trim()) claim.replaceChildren(...fresh.childNodes);
  }
  if (keys && claim) {
    renew();
    for (const kind of ["keydown", "pointerdown", "scroll"]) addEventListener(kind, renew, { passive: true });
  }

  if (!keys) return;
  // --- keys ---
  const SETTING = "desk-keys";
  const act = document.getElementById("keys-on");
  keys.hidden = false;
  document.body.classList.add("with-keys");
  act.checked = localStorage.getItem(SETTING) !== "off";
  act.addEventListener("change", () => localStorage.setItem(SETTING, act.checked ? "on" : "off"));

  const undo = document.getElementById("undo");
  document.getElementById("undo-key").hidden = !undo;
  const list = document.querySelector("form[data-key=l]");
  const types = (target) => target.matches("textarea, select, [contenteditable]")
    || (target.matches("input") && !["checkbox", "radio", "submit", "button"].includes(target.type));

  function focus(where) {
    where.scrollIntoView({ block: "nearest", behavior: "instant" });
    where.focus({ preventScroll: true });
  }

  function readyToList() {
    if (!list) return;
    const wanting = list.querySelector("[name=looked]:not(:checked)")
      || (list.querySelector("[name=level]:checked") ? null : list.querySelector("[name=level]"))
      || [list.elements.reason].find((field) => !field.value);
    focus(wanting || list.querySelector("button[type=submit]"));
  }

  function level(number) {
    const choice = list && list.querySelector(`[name=level][value="${number}"]`);
    if (!choice) return;
    choice.checked = true;
    readyToList();
  }

  function open(panel) {
    if (!panel) return;
    panel.open = true;
    focus(panel.querySelector("[aria-invalid=true], input[type=radio]:checked")
      || panel.querySelector("input:not([type=hidden]), select, textarea"));
  }

  const panel = (key) => () => open(document.querySelector(`details[data-key=${key}]`));
  const send = (key) => () => {
    const form = document.querySelector(`form[data-key=${key}]`);
    if (form) form.requestSubmit();
  };
  const ACTS = {
    l: readyToList,
    2: () => level(2), 3: () => level(3), 4: () => level(4),
    a: panel("a"), h: panel("h"), d: panel("d"), r: panel("r"),
    n: send("n"), w: send("w"), u: () => undo && undo.click(),
    e: () => open(document.getElementById("evidence")),
    "?": () => { keys.classList.toggle("large"); focus(act); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      keys.classList.remove("large");
      if (document.activeElement === document.body) return;
      if (who) focus(who);
      else document.activeElement.blur();
      return;
    }
    if (!act.checked && event.key !== "?") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (types(event.target)) return;
    const wanted = ACTS[event.key.length === 1 ? event.key.toLowerCase() : ""];
    if (!wanted) return;
    event.preventDefault();
    wanted();
  });

  // A radio or a tick is not typed in: Enter there sends the form, as it does in a text field.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input[type=radio], input[type=checkbox]")) return;
    if (!event.target.form || event.target === act) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  // One decision is sent once, however often Enter is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));

  // What is to be corrected may stand far below, behind the list of keys.
  // So may what undoes a decision, with its reason chosen.
  const first = document.querySelector("[aria-invalid=true]")
    || document.querySelector("details[name=verb][open] input[type=radio]:checked");
  if (first) {
    first.scrollIntoView({ block: "center", behavior: "instant" });
    first.focus({ preventScroll: true });
  } else if (who && !location.hash && !document.querySelector(".problems")) who.focus({ preventScroll: true });
})();
