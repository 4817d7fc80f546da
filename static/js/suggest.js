/* Offers names while one is typed into a field with data-suggest; what is typed is always fine as it is.
   The pattern is the ARIA combobox with a list (ARIA Authoring Practices, "Editable Combobox With List Autocomplete"). */
"use strict";
{
const set = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
};

for (const field of document.querySelectorAll("input[data-suggest]:not([role])")) {
  const list = document.createElement("ul");
  const said = document.createElement("span");
  let last = "", timer = 0, here = -1;

  list.hidden = true;
  set(list, { id: `${field.id}_list`, class: "suggestions", role: "listbox", "aria-label": field.dataset.suggestLabel });
  set(said, { class: "hidden", role: "status" });
  set(field, { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id });
  field.closest(".field").append(list, said);

  const close = () => {
    list.hidden = true;
    here = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const go = (to) => {
    list.children[here]?.setAttribute("aria-selected", "false");
    here = (to + list.children.length) % list.children.length;
    const option = list.children[here];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };
  const take = (option) => {
    field.value = last = option.dataset.name;
    said.textContent = "";
    close();
  };
  const show = (offers) => {
    list.replaceChildren(...offers.map((offer, number) => {
      const option = document.createElement("li"), more = [offer.also, offer.country].filter(Boolean).join(" · ");
      set(option, { id: `${list.id}_${number}`, role: "option", "aria-selected": "false", "data-name": offer.name, dir: "auto" });
      option.append(offer.name);
      if (more) {
        const small = document.createElement("small");
        small.textContent = more;
        option.append(" ", small);
      }
      return option;
    }));
    close();
    list.hidden = !offers.length;
    list.style.insetBlockStart = `${field.offsetTop + field.offsetHeight + 4}px`;
    field.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = offers.length ? field.dataset.suggestLabel + ": " + offers.length : "";
  };
  const ask = async () => {
    const typed = field.value.trim().replace(/\s+/g, " ");
    if (typed === last) return;
    last = typed;
    if (!typed) return show([]);
    try {
      const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`, { credentials: "omit" });
      const { organisations } = answer.ok ? await answer.json() : { organisations: [] };
      if (typed === last && document.activeElement === field) show(organisations);
    } catch { /* offline: the field goes on as plain text */ }
  };

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 180); });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") go(here + 1);
    else if (event.key === "ArrowUp") go(here < 0 ? -1 : here - 1);
    else if (event.key === "Enter" && here >= 0) take(list.children[here]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => { const option = event.target.closest("li"); if (option) take(option); });
}
}
