// The newest e-mail page made of Atlassian's published components: roles, ids, focus and dialogs are theirs. Its words and
// its order are those of the sandbox's own page, which no one has compared with the real one.
import { useCallback, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import Button, { IconButton } from "@atlaskit/button/new";
import DropdownMenu, { DropdownItem, DropdownItemGroup } from "@atlaskit/dropdown-menu";
import DynamicTable from "@atlaskit/dynamic-table";
import { FlagsProvider, useFlags } from "@atlaskit/flag";
import Form, { ErrorMessage, Field, HelperMessage } from "@atlaskit/form";
import Heading from "@atlaskit/heading";
import MoreIcon from "@atlaskit/icon/core/show-more-horizontal";
import DoneIcon from "@atlaskit/icon/core/check-circle";
import FailedIcon from "@atlaskit/icon/core/error";
import Lozenge from "@atlaskit/lozenge";
import Modal, { ModalBody, ModalFooter, ModalHeader, ModalTitle, ModalTransition } from "@atlaskit/modal-dialog";
import SectionMessage from "@atlaskit/section-message";
import Select from "@atlaskit/select";
import Spinner from "@atlaskit/spinner";
import Textfield from "@atlaskit/textfield";
import { setGlobalTheme } from "@atlaskit/tokens/set-global-theme";
import "@atlaskit/css-reset";

const page = document.body.dataset;
const asOption = (name) => ({ label: name, value: name });
// Lists open in a layer of their own at the end of the document, outside of the dialog that they belong to.
const layered = { menuPortalTarget: document.body, menuPosition: "fixed", styles: { menuPortal: (base) => ({ ...base, zIndex: 9999 }) } };

const ask = async (path, fields) => {
  const body = fields && new URLSearchParams({ atl_token: page.xsrf, ...fields });
  const answer = await fetch(`${page.path}/${path}`, { method: fields ? "POST" : "GET", body, headers: { Accept: "application/json" } });
  return answer.json();
};

function TypeField({ types, chosen }) {
  return (
    <Field name="type" label="Request type" isRequired defaultValue={chosen ? asOption(chosen) : null}
      validate={(value) => (value ? undefined : "MISSING")}>
      {({ fieldProps: { id, ...rest }, error }) => (
        <>
          <Select inputId={id} {...rest} options={types.map(asOption)} placeholder="Choose a request type" {...layered} />
          {error && <ErrorMessage>Choose a request type.</ErrorMessage>}
        </>
      )}
    </Field>
  );
}

// One dialog; the page behind it stays where it was, in the accessibility tree too.
function Dialog({ title, danger, close, submit, children, done }) {
  return (
    <Modal onClose={close} label={title}>
      <Form onSubmit={(values) => { submit(values); }}>
        {({ formProps }) => (
          <form {...formProps}>
            <ModalHeader hasCloseButton><ModalTitle appearance={danger ? "danger" : undefined}>{title}</ModalTitle></ModalHeader>
            <ModalBody>{children}</ModalBody>
            <ModalFooter>
              <Button appearance="subtle" onClick={close}>Cancel</Button>
              {done && <Button type="submit" appearance={danger ? "danger" : "primary"}>{done}</Button>}
            </ModalFooter>
          </form>
        )}
      </Form>
    </Modal>
  );
}

function Email() {
  const [state, setState] = useState(null);
  const [dialog, setDialog] = useState(null);
  const { showFlag } = useFlags();
  const flag = useCallback((kind, text) => showFlag({
    title: text,
    isAutoDismiss: kind === "success",
    icon: kind === "success" ? <DoneIcon label="Success" /> : <FailedIcon label="Error" />,
  }), [showFlag]);
  const take = useCallback((data) => {
    setState(data);
    data.flashes.forEach(({ kind, text }) => flag(kind, text));
  }, [flag]);
  const act = async (action, fields = {}) => take(await ask("act", { action, ...fields }));
  const load = useCallback(async () => take(await ask("rows")), [take]);
  useEffect(() => { load(); }, [load]);
  if (!state) return <Spinner label="Loading" />;

  const close = () => setDialog(null);
  const { words, rows, may } = state;

  const connect = (provider, request_type) => {
    const address = `${page.path}/connect?${new URLSearchParams({ provider, request_type })}`;
    if (page.window !== "popup") return location.assign(address);
    const popup = state.blocked ? null : window.open(address, "email-channel", "popup,width=620,height=760");
    if (!popup) return flag("error", "Your browser blocked the pop-up window. Allow pop-ups for this site and try again.");
    window.addEventListener("message", (event) => {
      if (event.origin === location.origin && event.data.type === "email-channel-finished") load();
    }, { once: true });
    return undefined;
  };

  const dialogs = {
    add: () => (
      <Dialog title={words.add} close={close} done="Next" submit={({ type }) => setDialog({ name: "provider", type: type.value })}>
        <p>Choose what emails to this address create. You pick the provider next.</p>
        <TypeField types={state.request_types} />
      </Dialog>
    ),
    provider: ({ type }) => (
      <Dialog title="Choose an email provider" close={close} submit={() => {}}>
        <p>You sign in to the mailbox and allow Jira to read it. Request type: {type}.</p>
        {[["Microsoft", "microsoft"], ["Google", "google"]].map(([name, provider]) => (
          <Button key={provider} shouldFitContainer onClick={() => { close(); connect(provider, type); }}>{name}</Button>
        ))}
      </Dialog>
    ),
    create: () => (
      <Dialog title="Create Atlassian email address" close={close} done="Create"
        submit={({ prefix, type }) => { close(); act("create", { prefix, request_type: type.value }); }}>
        <Field name="prefix" label="Address" isRequired defaultValue="">
          {({ fieldProps }) => (<><Textfield {...fieldProps} autoComplete="off" /><HelperMessage>@{location.host}</HelperMessage></>)}
        </Field>
        <TypeField types={state.request_types} chosen={state.request_types[0]} />
      </Dialog>
    ),
    type: ({ row }) => (
      <Dialog title="Change request type" close={close} done="Save"
        submit={({ type }) => { close(); act("request-type", { address: row.address, request_type: type.value }); }}>
        <p>For {row.address}</p>
        <TypeField types={state.request_types} chosen={row.request_type} />
      </Dialog>
    ),
    remove: ({ row }) => (
      <Dialog title="Remove email address?" danger close={close} done={words.remove}
        submit={() => { close(); act("remove", { address: row.address }); }}>
        <p>Emails sent to <strong>{row.address}</strong> will no longer create work items.</p>
      </Dialog>
    ),
    off: () => (
      <Dialog title="Disable all email requests?" danger close={close} done="Turn Off" submit={() => { close(); act("off"); }}>
        <p>Customers can't raise requests by email until you turn it on again.</p>
      </Dialog>
    ),
  };

  const menu = (label, items) => (
    <DropdownMenu shouldRenderToParent={false} placement="bottom-end"
      trigger={({ triggerRef, ...props }) => <IconButton {...props} ref={triggerRef} icon={MoreIcon} label={label} appearance="subtle" />}>
      <DropdownItemGroup>
        {items.filter(Boolean).map(([text, what]) => (typeof what === "string"
          ? <DropdownItem key={text} href={what}>{text}</DropdownItem>
          : <DropdownItem key={text} onClick={what}>{text}</DropdownItem>))}
      </DropdownItemGroup>
    </DropdownMenu>
  );

  const line = (row) => ({
    key: row.address,
    cells: [
      { key: "address", content: <>{row.address} {row.reply_to && <Lozenge appearance="inprogress">Reply-to</Lozenge>}</> },
      { key: "provider", content: row.provider },
      { key: "type", content: row.request_type },
      { key: "more", content: may && menu(`Actions for ${row.address}`, [
        ["Change request type", () => setDialog({ name: "type", row })],
        [words.logs, `${page.path}/logs/${row.channel}`],
        !row.reply_to && [words.remove, () => setDialog({ name: "remove", row })],
      ]) },
    ],
  });
  const head = { cells: ["Email address", "Provider", "Request type", ""].map((name) => ({ key: name || "more", content: name })) };
  const reply = rows.find((row) => row.reply_to);

  return (
    <>
      <header style={{ display: "flex", justifyContent: "space-between" }}>
        <Heading size="large" as="h1">{words.email}</Heading>
        {may && state.on && menu("More", [["Disable all email requests", () => setDialog({ name: "off" })]])}
      </header>
      <p>Emails to these addresses become work items in this space. You can connect up to 10.</p>
      {!may && <SectionMessage appearance="warning"><p>You need to be a Jira administrator to manage email addresses.</p></SectionMessage>}
      {!state.on && (
        <SectionMessage appearance="warning" title="Email requests are turned off for this space.">
          {may && <Button appearance="primary" onClick={() => act("on")}>Turn on email support</Button>}
        </SectionMessage>
      )}
      {state.on && (
        <>
          {may && (
            <p>
              <Button appearance="primary" onClick={() => setDialog({ name: "add" })}>{words.add}</Button>{" "}
              <Button onClick={() => setDialog({ name: "create" })}>Create Atlassian email address</Button>
            </p>
          )}
          <DynamicTable head={head} rows={rows.map(line)} />
          {may && (
            <section>
              <Heading size="small" as="h2">Replies</Heading>
              <label htmlFor="reply-to-select">Reply-to address</label>
              <Select inputId="reply-to-select" options={rows.map((row) => asOption(row.address))} {...layered}
                value={reply ? asOption(reply.address) : null} onChange={({ value }) => act("reply-to", { address: value })} />
            </section>
          )}
        </>
      )}
      <ModalTransition>{dialog && dialogs[dialog.name](dialog)}</ModalTransition>
    </>
  );
}

setGlobalTheme({ colorMode: "light" });
createRoot(document.getElementById("app")).render(<FlagsProvider><Email /></FlagsProvider>);
