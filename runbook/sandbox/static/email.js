"use strict";
// Menus, dialogs and the provider's window, for every generation of the e-mail page.

const page = document.body.dataset;

const Email = {
  blanket(on) {
    const blanket = document.querySelector(".blanket");
    if (blanket) blanket.hidden = !on;
  },

  closeMenus(except) {
    for (const button of document.querySelectorAll("[data-menu][aria-expanded=true]")) {
      if (button === except) continue;
      button.setAttribute("aria-expanded", "false");
      button.nextElementSibling.hidden = true;
    }
  },

  toggleMenu(button) {
    const open = button.getAttribute("aria-expanded") !== "true";
    Email.closeMenus(button);
    button.setAttribute("aria-expanded", String(open));
    button.nextElementSibling.hidden = !open;
  },

  open(opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    const { address, type } = opener.dataset;
    if (address) {
      dialog.querySelector("input[name=address]").value = address;
      dialog.querySelector("[data-says-address]").textContent = address;
    }
    if (type) dialog.querySelector("select").value = type;
    Email.closeMenus();
    Email.blanket(true);
    dialog.hidden = false;
    dialog.querySelector("button, select, input:not([type=hidden])").focus();
  },

  close() {
    for (const dialog of document.querySelectorAll("[role=dialog]")) dialog.hidden = true;
    Email.blanket(false);
  },

  flag(kind, text) {
    const flag = document.createElement("div");
    flag.className = `flag ${kind}`;
    flag.setAttribute("role", kind === "error" ? "alert" : "status");
    flag.textContent = text;
    document.querySelector("main").prepend(flag);
  },

  // Opens the provider's sign-in as the scenario says; `finished` is called when a popup has done its work.
  connect(query, finished) {
    const address = `${page.path}/connect?${new URLSearchParams(query)}`;
    if (page.window !== "popup") {
      location.assign(address);
      return;
    }
    const popup = page.blocked ? null : window.open(address, "email-channel", "popup,width=620,height=760");
    if (!popup) {
      Email.flag("error", "Your browser blocked the pop-up window. Allow pop-ups for this site and try again.");
      return;
    }
    window.addEventListener("message", (event) => {
      if (event.origin === location.origin && event.data.type === "email-channel-finished") finished();
    }, { once: true });
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a");
  if (!button) return Email.closeMenus();
  if ("menu" in button.dataset) return Email.toggleMenu(button);
  if (button.dataset.opens) return Email.open(button);
  if (button.dataset.shows) {
    document.getElementById(button.dataset.shows).hidden = false;
    button.hidden = true;
    return undefined;
  }
  if ("closes" in button.dataset) return Email.close();
  if (button.dataset.connect) {
    Email.close();
    return Email.connect({ provider: button.dataset.connect }, () => location.reload());
  }
  return undefined;
});
