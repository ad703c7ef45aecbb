"use strict";
// The newest e-mail page: drawn from JSON; components behave as Atlassian's published ones (dialog, menu, select, flag).

(() => {
  const root = document.getElementById("app");
  let state = null;
  let serial = 0;

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "on") for (const [type, listener] of Object.entries(value)) made.addEventListener(type, listener);
      else if (value !== false && value != null) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child != null && child !== false));
    return made;
  };
  const button = (text, listener, attributes = {}) =>
    element("button", { type: "button", on: { click: listener }, ...attributes }, text);

  const call = async (action, fields = {}) => {
    const body = new URLSearchParams({ action, atl_token: page.xsrf, ...fields });
    const answer = await fetch(`${page.path}/act`, { method: "POST", body, headers: { Accept: "application/json" } });
    draw(await answer.json());
  };
  const load = async () => draw(await (await fetch(`${page.path}/rows`, { headers: { Accept: "application/json" } })).json());

  const flag = (message) => {
    const made = element("div", { class: `flag over ${message.kind}`, role: "alert" }, message.text,
      button("×", () => made.remove(), { "aria-label": "Dismiss", class: "plain" }));
    document.body.append(made);
  };

  // One dialog at a time; the page behind stays in the accessibility tree, as with the real component.
  const dialog = (title, content, ...buttons) => {
    const id = `modal-title-${(serial += 1)}`;
    const close = () => layer.remove();
    const layer = element("div", { class: "layer" }, element("div", { class: "blanket" }),
      element("section", { class: "dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": id },
        element("h1", { id }, title), ...content,
        element("div", { class: "buttons" }, ...buttons.map(([text, kind, listener]) =>
          button(text, () => { if (listener() !== false) close(); }, { class: kind })),
        button("Cancel", close, { class: "plain" }))));
    document.body.append(layer);
    layer.querySelector("input, button").focus();
    return close;
  };

  // A select as the component library makes it: an input with the role combobox, and options that exist while it is open.
  const select = (label, options, chosen, changed) => {
    const id = `select-${(serial += 1)}`;
    const shown = element("div", { class: "value" }, chosen || "Choose");
    const input = element("input", { id, role: "combobox", type: "text", autocomplete: "off", "aria-expanded": "false",
      "aria-haspopup": "listbox", "aria-autocomplete": "list" });
    const box = element("div", { class: "select" }, shown, input);
    const hide = () => {
      box.querySelector("[role=listbox]")?.remove();
      input.setAttribute("aria-expanded", "false");
      input.value = "";
      shown.hidden = false;
    };
    const take = (name) => { shown.textContent = name; hide(); changed(name); };
    const show = () => {
      box.querySelector("[role=listbox]")?.remove();
      const fitting = options.filter((name) => name.toLowerCase().includes(input.value.toLowerCase()));
      const list = element("div", { role: "listbox", id: `${id}-list` }, ...fitting.map((name, at) =>
        element("div", { role: "option", id: `${id}-option-${at}`, "aria-selected": String(name === shown.textContent),
          on: { mousedown: (event) => { event.preventDefault(); take(name); } } }, name)));
      box.append(list);
      input.setAttribute("aria-expanded", "true");
      input.setAttribute("aria-controls", list.id);
      shown.hidden = input.value !== "";
    };
    input.addEventListener("input", show);
    input.addEventListener("blur", hide);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") box.querySelector("[role=option]")?.dispatchEvent(new MouseEvent("mousedown"));
      if (event.key === "Escape") hide();
      if (event.key === "ArrowDown") show();
    });
    box.addEventListener("mousedown", (event) => {
      if (event.target.closest("[role=option]")) return;
      event.preventDefault();
      input.focus();
      if (input.getAttribute("aria-expanded") === "true") hide(); else show();
    });
    return element("div", { class: "field" }, element("label", { for: id }, label), box);
  };

  const menu = (name, items) => element("div", { class: "menu" },
    element("button", { type: "button", "data-menu": true, "aria-haspopup": "true", "aria-expanded": "false", "aria-label": name }, "⋯"),
    element("div", { role: "menu", hidden: true }, ...items.filter(Boolean).map(([text, act]) => typeof act === "string"
      ? element("a", { role: "menuitem", href: act }, text)
      : button(text, () => { Email.closeMenus(); act(); }, { role: "menuitem" }))));

  const symbols = (chosen) => element("div", { class: "symbols" },
    button("Microsoft", () => chosen("microsoft"), { class: "symbol microsoft" }),
    button("Google", () => chosen("google"), { class: "symbol google" }));

  const add = () => {
    let type = "";
    dialog(state.words.add, [
      element("p", {}, "Choose what emails to this address create. You pick the provider next."),
      select("Request type", state.request_types, "", (name) => { type = name; }),
    ], ["Next", "primary", () => {
      if (!type) { flag({ kind: "error", text: "Choose a request type." }); return false; }
      const close = dialog("Choose an email provider", [
        element("p", {}, `You sign in to the mailbox and allow Jira to read it. Request type: ${type}.`),
        symbols((provider) => { close(); Email.connect({ provider, request_type: type }, load); }),
      ]);
      return true;
    }]);
  };

  const create = () => {
    let type = state.request_types[0];
    const prefix = element("input", { id: "prefix", autocomplete: "off" });
    dialog("Create Atlassian email address", [
      element("label", { for: "prefix" }, "Address"), element("div", { class: "suffix" }, prefix, element("span", {}, `@${state.site}`)),
      select("Request type", state.request_types, type, (name) => { type = name; }),
    ], ["Create", "primary", () => { call("create", { prefix: prefix.value, request_type: type }); }]);
  };

  const changeType = (row) => {
    let type = row.request_type;
    dialog("Change request type", [
      element("p", {}, `For ${row.address}`),
      select("Request type", state.request_types, type, (name) => { type = name; }),
    ], ["Save", "primary", () => { call("request-type", { address: row.address, request_type: type }); }]);
  };

  const remove = (row) => dialog("Remove email address?", [
    element("p", {}, "Emails sent to ", element("b", {}, row.address), " will no longer create work items."),
  ], [state.words.remove, "danger", () => { call("remove", { address: row.address }); }]);

  const turnOff = () => dialog("Disable all email requests?", [
    element("p", {}, "Customers can't raise requests by email until you turn it on again."),
  ], ["Turn Off", "danger", () => { call("off"); }]);

  const line = (row) => element("tr", {},
    element("td", {}, element("b", {}, row.address), " ", row.reply_to && element("span", { class: "lozenge" }, "Reply-to")),
    element("td", {}, row.provider), element("td", {}, row.request_type),
    element("td", { class: "end" }, state.may && menu(`Actions for ${row.address}`, [
      ["Change request type", () => changeType(row)],
      [state.words.logs, `${page.path}/logs/${row.channel}`],
      !row.reply_to && [state.words.remove, () => remove(row)],
    ])));

  const draw = (data) => {
    state = data;
    page.blocked = data.blocked ? "yes" : "";
    const off = element("div", { class: "note" }, "Email requests are turned off for this space. ",
      data.may && button("Turn on email support", () => call("on"), { class: "primary" }));
    root.replaceChildren(
      element("div", { class: "head" }, element("h1", {}, data.words.email),
        data.may && data.on && menu("More", [["Disable all email requests", turnOff]])),
      element("p", { class: "muted" }, "Emails to these addresses become work items in this space. You can connect up to 10."),
      data.may ? "" : element("div", { class: "note" }, "You need to be a Jira administrator to manage email addresses."),
      ...(data.on ? list() : [off]));
    data.flashes.forEach(flag);
  };

  const list = () => [
    state.may ? element("p", { class: "actions" }, button(state.words.add, add, { class: "primary" }),
      button("Create Atlassian email address", create)) : "",
    element("table", { class: "channels" },
      element("thead", {}, element("tr", {}, ...["Email address", "Provider", "Request type", ""].map((name) => element("th", {}, name)))),
      element("tbody", {}, ...state.rows.map(line))),
    state.may ? element("section", { class: "panel" }, element("h2", {}, "Replies"),
      select("Reply-to address", state.rows.map((row) => row.address), state.rows.find((row) => row.reply_to)?.address || "",
        (address) => call("reply-to", { address }))) : "",
  ];

  load();
})();
