//! System files drafted from OpenAPI documents: what the document says is there, what is guessed is marked, and the
//! file passes every check. `tests/drafted/NAME.openapi.*` becomes `NAME.yaml`; `UPDATE=1 cargo test drafted` writes
//! that, look at the difference before it is kept.

use std::path::{Path, PathBuf};

use crate::support::{Folder, petiole};

/// A document of this folder, and the records that are drafted from it.
const DOCUMENTS: [(&str, &str, &[&str]); 3] = [
    ("shop.openapi.yaml", "corner", &["order", "customer"]),
    ("ledger.openapi.json", "ledger", &["bill=/v2/invoices"]),
    ("depot.openapi.yaml", "depot", &["box"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drafted")
}

/// Exit code, and what was printed on standard output and on standard error.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let done = petiole().current_dir(folder).args(arguments).output().unwrap();
    let [out, err] = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    (done.status.code(), out, err)
}

#[test]
fn a_document_becomes_a_system_file_that_passes_every_check() {
    let mut wrong = Vec::new();
    for (document, system, records) in DOCUMENTS {
        let folder = Folder::new();
        let path = root().join(document);
        let mut arguments = vec!["new", "--from-openapi", path.to_str().unwrap(), "--record"];
        arguments.extend(records);
        let (code, text, err) = run(&folder.0, &arguments);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{document}: {text}");
        let expected = root().join(document.split('.').next().unwrap()).with_extension("yaml");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&expected).unwrap_or_default();
        if kept != text {
            wrong.push(format!("{document}: expected\n{kept}\nfound\n{text}"));
        }
        arguments.insert(1, "rules");
        let (code, out, err) = run(&folder.0, &arguments);
        let file = format!("rules/systems/{system}.yaml");
        assert_eq!((code, out.lines().next()), (Some(0), Some(file.as_str())), "{out}{err}");
        assert_eq!(std::fs::read_to_string(folder.0.join(&file)).unwrap(), text);
        for check in [&["lint", "rules"][..], &["lint", &file], &["fmt", "--check", &file]] {
            let (code, out, err) = run(&folder.0, check);
            if code != Some(0) {
                wrong.push(format!("{document}, {check:?}: {out}{err}\n{text}"));
            }
        }
        let (code, _, err) = run(&folder.0, &arguments);
        assert_eq!(code, Some(3), "what is there is not written over: {err}");
    }
    assert!(wrong.is_empty(), "{}\nrefresh with UPDATE=1 cargo test drafted", wrong.join("\n"));
}

#[test]
fn what_cannot_be_drafted_is_told_with_what_can() {
    let folder = Folder::new();
    let path = root().join("shop.openapi.yaml");
    let path = path.to_str().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.0.join(name), text).unwrap();
    write("page.html", "<!doctype html><html><body>Sign in: please</body></html>");
    write("deep.json", &format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)));
    write("ring.yaml", "openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {$ref: '#/x'}}}}}\nx: {$ref: '#/x'}\n");
    let said = |arguments: &[&str]| {
        let (code, out, err) = run(&folder.0, &[&["new"], arguments].concat());
        assert!(out.is_empty() || code == Some(0), "{out}");
        (code, format!("{out}{err}"))
    };
    let cases: [(&[&str], i32, &str); 9] = [
        (&["--from-openapi", path, "--record", "parcel"], 3, "no list of `parcel`; it has customer, order"),
        (&["--from-openapi", path], 3, "the document has customer, order"),
        (&["--from-openapi", path, "--record", "Order"], 2, "`Order` is no name of a record"),
        (&["--from-openapi", path, "--record", "order", "--system", "if"], 3, "is a word of the language"),
        (&["--from-openapi", "none.yaml", "--record", "order"], 3, "`none.yaml` cannot be read"),
        (&["--from-openapi", "page.html", "--record", "order"], 3, "this is no OpenAPI document"),
        (&["--from-openapi", "deep.json", "--record", "order"], 3, "this is no OpenAPI document"),
        (&["--from-openapi", "ring.yaml", "--record", "a"], 0, "the document does not say what this list answers"),
        (&["--record", "order"], 2, "--from-openapi"),
    ];
    for (arguments, code, words) in cases {
        let (found, told) = said(arguments);
        assert!(found == Some(code) && told.contains(words), "{arguments:?}: {found:?} {told}");
    }
}
