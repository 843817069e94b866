//! What opens an account beside the headers of its calls: templates, whose secrets whoever calls fills in.

use crate::language::syntax::template::Template;

/// What is put on every call just before it goes out.
#[derive(Clone, Debug, Default)]
pub struct Auth {
    /// User and password, sent as basic authentication.
    pub basic: Option<Basic>,
    /// Parameters of every address, in order.
    pub query: Vec<(String, Template)>,
}

/// A user and a password.
#[derive(Clone, Debug)]
pub struct Basic {
    /// The user.
    pub user: Template,
    /// The password; without parts where there is none.
    pub password: Template,
}

impl Auth {
    /// The templates in it.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let basic = self.basic.iter().flat_map(|basic| [&basic.user, &basic.password]);
        self.query.iter().map(|(_, template)| template).chain(basic)
    }
}
