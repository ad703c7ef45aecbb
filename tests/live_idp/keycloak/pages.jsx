// Keycloak's login pages as the npm package keycloakify draws them, in every language that it knows the vendor's words of.
// `draw({page, language, over, field, banner, words})` draws one and is done when it stands: `over` goes over the page's own example data;
// `field` complains at a field, `banner` of a kind above the form, each in the words of a message's name.
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { createGetKcContextMock } from "keycloakify/login/KcContext";
import { i18nBuilder } from "keycloakify/login";
import DefaultPage from "keycloakify/login/DefaultPage";
import Template from "keycloakify/login/Template";
import UserProfileFormFields from "keycloakify/login/UserProfileFormFields";
import { messages } from "./messages.js";

const { useI18n } = i18nBuilder.withThemeName().build();
const { getKcContextMock } = createGetKcContextMock({
  kcContextExtension: { themeName: "keycloak", properties: {} },
  kcContextExtensionPerPage: {},
  overrides: {},
  overridesPerPage: {},
});

function Stands({ done }) {
  useEffect(done, []);
  return null;
}

function Page({ context, done }) {
  const { i18n } = useI18n({ kcContext: context });
  if (i18n.isFetchingTranslations) return null; // until then it is in English
  return (
    <DefaultPage kcContext={context} i18n={i18n} classes={{}} doUseDefaultCss={true} doMakeUserConfirmPassword={true}
      UserProfileFormFields={UserProfileFormFields} Template={(given) => <Template {...given}>{given.children}<Stands done={done} /></Template>} />
  );
}

function complaint(field, text) {
  const here = (...names) => names.includes(field);
  return {
    existsError: here,
    exists: here,
    get: (name) => (here(name) ? text : ""),
    getFirstError: (...names) => (here(...names) ? text : ""),
    printIfExists: (name, then) => (here(name) ? then : undefined),
  };
}

let drawn;

window.languages = Object.keys(messages);
window.draw = ({ page, language, over, field, banner, words }) => new Promise((done) => {
  const text = { ...messages.en, ...messages[language] }[words];
  const context = getKcContextMock({ pageId: `${page}.ftl`, overrides: {
    ...over,
    ...(field && { messagesPerField: complaint(field, text) }),
    ...(banner && { message: { type: banner, summary: text } }),
  } });
  context.locale.currentLanguageTag = language;
  if (context.url) context.url.loginAction = location.href;
  drawn?.unmount();
  document.body.innerHTML = "<div id='root'></div>";
  drawn = createRoot(document.getElementById("root"));
  drawn.render(<Page context={context} done={done} />);
});
