//! Keys of a `system:` file.

use super::spec::{ABOUT, ALLOW, FieldSpec, MapSpec, Named, Shape};

const TEMPLATES: Shape = Shape::List(&Shape::Text("NAME = VALUE"));
const AUTH_LINES: Shape = Shape::List(&Shape::Text("NAME = VALUE, query NAME = VALUE, or basic USER PASSWORD"));
const DURATION: Shape = Shape::Text("DURATION");
const NUMBER: Shape = Shape::Text("NUMBER");
const PATH: Shape = Shape::Text("PATH");
const FIELD: Shape = Shape::Text("FIELD");
const BODY: Shape = Shape::Word(&["json", "form"]);
const WITHIN: Shape = Shape::Text("PATH or nothing");
const PLACE: Shape = Shape::Text("PATH or header NAME");
const NEXT: Shape = Shape::Text("PATH, header NAME or FIELD of the last row");
const REFUSALS: Shape = Shape::List(&Shape::Text("STATUS, or STATUS when PATH == WORD"));

/// A system file.
pub static SYSTEM_FILE: MapSpec = MapSpec {
    what: "a system file",
    fields: &[
        FieldSpec::may(
            "system",
            Shape::Text("NAME"),
            "the system's name, with which every path into its records begins",
        ),
        ABOUT,
        FieldSpec::must("http", Shape::Map(&HTTP), "what every call has"),
        FieldSpec::may("limits", Shape::Map(&LIMITS), "how much the system takes"),
        FieldSpec::may("errors", Shape::Map(&ERRORS), "how its refusals are read"),
        FieldSpec::may("paging", Shape::Map(&PAGING), "how lists come in pages; without it `next` is followed"),
        FieldSpec::may("answer", PATH, "where in an answer the record stands, unless it is the whole"),
        FieldSpec::may("body within", WITHIN, "where in a body the record that is sent stands, unless it is the whole"),
        FieldSpec::may("body as", BODY, "what bodies are sent as: JSON, or a form such as `lines[0][sku]=A`; JSON"),
        FieldSpec::may("webhook", Shape::Map(&WEBHOOK), "how it tells of changes by itself"),
        FieldSpec::must("records", Shape::Map(&RECORDS), "the kinds of records that it has"),
        ALLOW,
    ],
    named: None,
};

/// `http:`.
pub static HTTP: MapSpec = MapSpec {
    what: "`http`",
    fields: &[
        FieldSpec::may(
            "auth",
            Shape::Either(&AUTH_LINES, &Shape::Map(&AUTH)),
            "what opens the account: a header, as `Authorization = App {secrets.NAME}`, a parameter of every \
             address, user and password, or a token that is asked for",
        ),
        FieldSpec::may("sign", Shape::Map(&SIGN), "how every call is signed"),
        FieldSpec::may("headers", TEMPLATES, "further headers of every call"),
        FieldSpec::may("timeout", DURATION, "how long a call may take; 30 s where it is not said"),
        FieldSpec::may(
            "settle_after",
            DURATION,
            "how long after a call nobody can tell whether it was done; twice the timeout",
        ),
    ],
    named: None,
};

/// `auth:` that is more than lines.
pub static AUTH: MapSpec = MapSpec {
    what: "`auth`",
    fields: &[FieldSpec::must("oauth2", Shape::Map(&OAUTH2), "a token that is asked for and sent with every call")],
    named: None,
};

/// `oauth2:`.
pub static OAUTH2: MapSpec = MapSpec {
    what: "`oauth2`",
    fields: &[
        FieldSpec::must(
            "token",
            Shape::Text("URL or /path"),
            "where a token is asked for: an address, or a path below the account's `base_url`",
        ),
        FieldSpec::must("grant", Shape::Word(&["client_credentials", "refresh_token"]), "by what right"),
        FieldSpec::must("client", Shape::Text("NAME"), "the account's secret that is the client's name"),
        FieldSpec::must("secret", Shape::Text("NAME"), "the account's secret that is the client's own"),
        FieldSpec::may(
            "refresh",
            Shape::Text("NAME"),
            "of `refresh_token`: the account's secret that is the first refresh token; the store keeps later ones",
        ),
        FieldSpec::may(
            "credentials",
            Shape::Word(&["header", "body"]),
            "where the two are sent: as basic authentication, or in the body; header",
        ),
        FieldSpec::may("scope", Shape::Text("TEXT"), "what the token is to be good for"),
        FieldSpec::may("body", TEMPLATES, "what else the request says"),
        FieldSpec::may(
            "header",
            Shape::Text("NAME = {token}"),
            "how the token is sent; `Authorization = Bearer {token}` where it is not said",
        ),
    ],
    named: None,
};

const ALGORITHMS: Shape = Shape::Word(&["hmac-sha256", "hmac-sha1", "hmac-sha512"]);

/// `sign:`.
pub static SIGN: MapSpec = MapSpec {
    what: "`sign`",
    fields: &[
        FieldSpec::must("header", Shape::Text("NAME = {signature}"), "the header in which the signature is sent"),
        FieldSpec::must("secret", Shape::Text("NAME"), "the account's secret with which calls are signed"),
        FieldSpec::must(
            "over",
            Shape::Text("TEXT {hole}"),
            "what is signed, of `{method}`, `{url}`, `{path}`, `{query}`, `{body}`, `{time}`, `{account.NAME}`",
        ),
        FieldSpec::may("algorithm", ALGORITHMS, "by what; hmac-sha256"),
        FieldSpec::may("encoding", Shape::Word(&["hex", "base64"]), "how the signature is written; hex"),
        FieldSpec::may("time", Shape::Word(&["seconds", "milliseconds", "timestamp"]), "how time is written; seconds"),
        FieldSpec::may("headers", TEMPLATES, "what is sent with it, as `X-Timestamp = {time}`"),
    ],
    named: None,
};

/// `limits:`.
pub static LIMITS: MapSpec = MapSpec {
    what: "`limits`",
    fields: &[
        FieldSpec::may("per_minute", NUMBER, "calls in a minute; 300 where it is not said"),
        FieldSpec::may("per_second", NUMBER, "calls in a second; beside `per_minute` both are kept"),
        FieldSpec::may(
            "burst",
            NUMBER,
            "calls in one go; 5 where it is not said, and 1 where `per_second` leaves no more",
        ),
        FieldSpec::may("at_once", NUMBER, "calls that are under way together; 8 where it is not said"),
        FieldSpec::may("same_record", DURATION, "between two updates of one record; 1 s where it is not said"),
        FieldSpec::may(
            "remaining",
            Shape::Text("HEADER"),
            "the header that says how many calls are left, as `8` or `8/40`; else `RateLimit-Remaining`",
        ),
        FieldSpec::may(
            "used",
            Shape::Text("HEADER"),
            "in the place of `remaining`: the header that says how many of how many calls were made, as `32/40`",
        ),
        FieldSpec::may(
            "reset",
            Shape::Text("HEADER as FORM"),
            "the header that says when there are calls again, `as seconds`, `as milliseconds` from now or `as epoch`; \
             `RateLimit-Reset` where it is not said",
        ),
    ],
    named: None,
};

/// `errors:`.
pub static ERRORS: MapSpec = MapSpec {
    what: "`errors`",
    fields: &[
        FieldSpec::may("message", Shape::List(&PATH), "where the system's own words stand in an answer"),
        FieldSpec::may(
            "refused",
            Shape::List(&PATH),
            "where in a good answer the words of a refusal stand, as `errors[].message`; where none stand it is good",
        ),
        FieldSpec::may("gone", REFUSALS, "statuses that say that a record is not there; 404"),
        FieldSpec::may("later", REFUSALS, "statuses after which a call is tried again; 408, 429, 500, 502, 503, 504"),
        FieldSpec::may(
            "stale",
            REFUSALS,
            "statuses that say that a record is another by now than a change was decided on: it is read and \
             decided anew; 412",
        ),
    ],
    named: None,
};

/// `paging:`.
pub static PAGING: MapSpec = MapSpec {
    what: "`paging`",
    fields: &[
        FieldSpec::may(
            "style",
            Shape::Word(&["offset", "page", "cursor", "link", "next_url", "whole"]),
            "how a next page is asked for: rows before it, its number, a mark, the `Link` header, its address, or none",
        ),
        FieldSpec::may(
            "rows",
            PATH,
            "where in an answer the rows stand, as `data.items` or `products[].variants`; without it the answer is the \
             rows",
        ),
        FieldSpec::may(
            "empty",
            Shape::Word(&["left out"]),
            "how a list without rows comes, if not as an empty one: an answer that leaves out where they stand",
        ),
        FieldSpec::may(
            "size",
            Shape::Text("NAME = NUMBER"),
            "the parameter for the number of rows, and how many; a `POST` has its parameters in the body",
        ),
        FieldSpec::may("count", PLACE, "where the number of all rows stands; by it rows that move are noticed"),
        FieldSpec::may("next", NEXT, "of `next_url`: where the address of the next page stands; of `cursor`: its mark"),
        FieldSpec::may("offset", Shape::Text("NAME"), "of `offset`: the parameter for the rows to leave out"),
        FieldSpec::may("page", Shape::Text("NAME"), "of `page`: the parameter for the number of the page"),
        FieldSpec::may("first", NUMBER, "of `page`: the number of the first page; 1 where it is not said"),
        FieldSpec::may("pages", PLACE, "of `page`: where the number of all pages stands"),
        FieldSpec::may(
            "beyond",
            Shape::Text("STATUS"),
            "of `page`: the status that answers a page behind the last, where that is no empty page",
        ),
        FieldSpec::may("cursor", Shape::Text("NAME"), "of `cursor`: the parameter for the mark of the page"),
        FieldSpec::may("more", PATH, "of `offset`, `page` and `cursor`: where it says that there are more"),
        FieldSpec::may(
            "until",
            Shape::Word(&["short page"]),
            "what is trusted to be the end where no answer says it: a page that is shorter than was asked for, and no \
             round number of rows, or shorter than the one before",
        ),
    ],
    named: None,
};

/// `webhook:`.
pub static WEBHOOK: MapSpec = MapSpec {
    what: "`webhook`",
    fields: &[
        FieldSpec::may(
            "header",
            Shape::Text("NAME, or NAME = TEXT {signature}"),
            "the header that holds the signature, and how it stands there, as `sha256={signature}` or \
             `t={time},v1={signature}`",
        ),
        FieldSpec::may("secret", Shape::Text("NAME"), "the account's secret with which it is signed"),
        FieldSpec::may("algorithm", ALGORITHMS, "by what it is signed; hmac-sha256"),
        FieldSpec::may("encoding", Shape::Word(&["hex", "base64"]), "how the signature is written; hex"),
        FieldSpec::may(
            "over",
            Shape::Text("TEXT {hole}"),
            "what is signed, of `{body}`, `{time}`, `{account.NAME}`; the body where it is not said",
        ),
        FieldSpec::may("time", Shape::Text("NAME"), "the header that says when it was signed"),
        FieldSpec::may("tolerance", DURATION, "how far that may be from now; 5 m where it is not said"),
        FieldSpec::may("auth", AUTH_LINES, "what it shows in the place of a signature, in a header or as a user"),
        FieldSpec::may("unsigned", Shape::Text("REASON"), "why it is believed without either"),
        FieldSpec::may("kind", Shape::Text("PATH, or header NAME"), "where it is said what happened, for `when`"),
        FieldSpec::may(
            "challenge",
            PATH,
            "what is given back as it came, where a message holds it, once it is believed",
        ),
        FieldSpec::may("events", PATH, "where the events stand, of a body that holds several"),
        FieldSpec::may("records", Shape::List(&Shape::Map(&WEBHOOK_RECORD)), "which records it tells of"),
    ],
    named: None,
};

/// One of `records:` of a webhook.
pub static WEBHOOK_RECORD: MapSpec = MapSpec {
    what: "a record of a webhook",
    fields: &[],
    named: Some(Named {
        name: "RECORD",
        shape: Shape::Text("PATH or header NAME, PATH when KIND"),
        about: "where the record's key stands, at the first of these places that has it",
    }),
};

/// `records:`.
pub static RECORDS: MapSpec = MapSpec {
    what: "`records`",
    fields: &[],
    named: Some(Named { name: "NAME", shape: Shape::Map(&RECORD), about: "a kind of record" }),
};

/// A record.
pub static RECORD: MapSpec = MapSpec {
    what: "a record",
    fields: &[
        FieldSpec::may("about", Shape::Text("TEXT"), "what the record is"),
        FieldSpec::may(
            "key",
            FIELD,
            "the field by which the system tells such records apart; `id` where it is not said",
        ),
        FieldSpec::may("created", FIELD, "the field that says when it was made"),
        FieldSpec::may("modified", FIELD, "the field that says when it was changed last"),
        FieldSpec::may(
            "version",
            FIELD,
            "the field that says which version of the record it is: every update shows the one that it was \
             decided on, in the body or the header that the field names; a move's own call shows it where `{FIELD}` \
             stands in it",
        ),
        FieldSpec::may(
            "handles",
            Shape::List(&FIELD),
            "the fields by which people name such records: numbers, names, addresses; `petiole find` goes by them",
        ),
        FieldSpec::may(
            "gone when",
            Shape::Text("CONDITION"),
            "which records that are shown count as gone, over their own fields: archived ones, or what a list keeps \
             of deleted ones",
        ),
        FieldSpec::may("priority", Shape::Word(&["first"]), "whether its changes are worked on before others"),
        FieldSpec::must("fields", Shape::Map(&RECORD_FIELDS), "what the record holds"),
        FieldSpec::may("paging", Shape::Map(&PAGING), "how its lists come in pages, where others of the system do not"),
        FieldSpec::may("rows", PATH, "where the rows of its lists stand, where only that differs"),
        FieldSpec::may("answer", PATH, "where it stands in answers, where another place than other records"),
        FieldSpec::may("body within", WITHIN, "where it stands in what is sent; `nothing`: it is the whole body"),
        FieldSpec::may("body as", BODY, "what it is sent as, where another than other records"),
        FieldSpec::may("calls", Shape::Map(&CALLS), "how it is read and written"),
        FieldSpec::may("states", Shape::Map(&STATES), "the states that it goes through"),
    ],
    named: None,
};

/// `fields:` of a record.
pub static RECORD_FIELDS: MapSpec = MapSpec {
    what: "`fields`",
    fields: &[],
    named: Some(Named {
        name: "FIELD",
        shape: Shape::Text("TYPE, MODIFIER, …"),
        about: "what the field holds, where it stands, and when it is written; `LIST[].FIELD` is one of each element",
    }),
};

const A_CALL: Shape = Shape::Either(&Shape::Text("METHOD /path/{field}?name={value}"), &Shape::Map(&CALL));

/// `calls:`.
pub static CALLS: MapSpec = MapSpec {
    what: "`calls`",
    fields: &[
        FieldSpec::may("read", A_CALL, "gives one record by its key"),
        FieldSpec::may(
            "changed",
            A_CALL,
            "lists what changed since `{since}`, written as the field that `modified` names, or as `{since:seconds}`, \
             `{since:milliseconds}`, `{since:date}`, `{since:America/Denver}` or `{since:%Y-%m-%d}` say",
        ),
        FieldSpec::may("list", A_CALL, "lists all records"),
        FieldSpec::may("create", A_CALL, "makes a record"),
        FieldSpec::may("update", A_CALL, "changes a record"),
        FieldSpec::may("delete", A_CALL, "takes a record away"),
        FieldSpec::may("archive", A_CALL, "has a record count as gone, by `gone when`"),
    ],
    named: Some(Named {
        name: "find by FIELD, add to LIST",
        shape: A_CALL,
        about: "gives the records whose field has a value; adds an element to a list",
    }),
};

/// A call that is more than a line.
pub static CALL: MapSpec = MapSpec {
    what: "a call",
    fields: &[
        FieldSpec::must(
            "request",
            Shape::Text("METHOD /path/{field}?name={value}"),
            "the method, the path and the query",
        ),
        FieldSpec::may("headers", TEMPLATES, "headers of this call alone"),
        FieldSpec::may(
            "body",
            Shape::List(&Shape::Text("PATH = VALUE")),
            "what the body holds beside the record's fields: numbers, true, false, null, texts, `[A, B]` of such; a \
             field of that path says how it is written",
        ),
        FieldSpec::may(
            "query",
            Shape::Text("TEXT"),
            "what is asked in GraphQL, sent as `query` beside the variables; nothing is filled in",
        ),
        FieldSpec::may(
            "variables",
            Shape::List(&Shape::Text("NAME = VALUE")),
            "what the query is given beside the record's fields, as `id = {id}`; `body within: variables.NAME` \
             says where these go, and `paging` names its own as `variables.NAME`",
        ),
        FieldSpec::may("each", Shape::Text("NAME in settings.LIST"), "makes the call once for each value of a setting"),
        FieldSpec::may("paging", Shape::Map(&PAGING), "how what it lists comes in pages, where other lists do not"),
        FieldSpec::may("rows", PATH, "where the rows that it lists stand, where only that differs"),
        FieldSpec::may("answer", PATH, "where the record stands in its answer"),
        FieldSpec::may("body within", WITHIN, "where the record stands in its body; `nothing`: it is the whole"),
        FieldSpec::may("body as", BODY, "what its body is sent as"),
        FieldSpec::may(
            "location",
            Shape::Text("/path/{key}"),
            "of `create`: where the `Location` header of the answer leads, for the key of what was made",
        ),
        FieldSpec::may("resend", Shape::List(&FIELD), "fields that every update sends, changed or not"),
        FieldSpec::may("never", Shape::List(&FIELD), "fields that it never sends"),
        FieldSpec::may(
            "allowed when",
            Shape::Text("CONDITION"),
            "when the system takes it, over the record's own fields",
        ),
    ],
    named: None,
};

/// `states:`.
pub static STATES: MapSpec = MapSpec {
    what: "`states`",
    fields: &[
        FieldSpec::must("field", FIELD, "the field that holds the state, or the name of the one that `from` makes"),
        FieldSpec::may(
            "from",
            Shape::List(&Shape::Text("CONDITION -> STATE")),
            "where no field holds the state: how it follows from others, by the first row whose condition holds; the \
             last one is `otherwise -> STATE`",
        ),
        FieldSpec::may(
            "initial",
            Shape::List(&Shape::Text("STATE")),
            "the state in which a record is made, where the system sets it; of several, the one that is sent with the \
             create, and the first where none is",
        ),
        FieldSpec::may("moves", Shape::List(&Shape::Map(&MOVE)), "the steps that the system allows"),
    ],
    named: None,
};

/// A move between states.
pub static MOVE: MapSpec = MapSpec {
    what: "a move",
    fields: &[],
    named: Some(Named {
        name: "STATE, STATE -> STATE",
        shape: Shape::Either(&Shape::Word(&["by people", "update"]), &A_CALL),
        about: "who makes the step: people alone, the update, or a call of its own",
    }),
};
