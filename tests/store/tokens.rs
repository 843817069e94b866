//! Tokens are written over what their writer has read, and stay through a restart.

use petiole::store::KeptToken;

use super::sample::{Place, at};

fn token(number: i64, sealed: &str) -> KeptToken {
    let (account, first) = ("books".to_owned(), "digest".to_owned());
    KeptToken { account, number, first, sealed: sealed.to_owned(), at: at(number), asked: None }
}

pub(super) async fn a_token_is_written_over_the_one_that_was_read_also_after_a_restart(place: Place) {
    let store = place.open().await;
    assert_eq!(store.kept_token("books").await.unwrap(), None);
    assert!(!store.keep_token(token(2, "too early")).await.unwrap(), "there is none with the number before");
    assert!(store.keep_token(token(1, "first")).await.unwrap());
    assert!(!store.keep_token(token(1, "again")).await.unwrap(), "another was first");
    assert_eq!(store.kept_token("books").await.unwrap(), Some(token(1, "first")));
    let asked = KeptToken { asked: Some(at(7)), ..token(2, "asked") };
    assert!(store.keep_token(asked.clone()).await.unwrap());
    assert!(!store.keep_token(token(4, "beyond")).await.unwrap());
    assert!(!store.keep_token(token(2, "behind")).await.unwrap());
    let other = KeptToken { account: "bank".to_owned(), ..token(1, "of another account") };
    assert!(store.keep_token(other.clone()).await.unwrap());
    drop(store);
    let store = place.open().await;
    assert_eq!(store.kept_token("books").await.unwrap(), Some(asked));
    assert_eq!(store.kept_token("bank").await.unwrap(), Some(other));
    assert!(store.keep_token(token(3, "third")).await.unwrap());
    assert_eq!(store.kept_token("books").await.unwrap(), Some(token(3, "third")));
}

pub(super) async fn of_many_who_write_over_the_same_token_one_does(place: Place) {
    let store = place.open().await;
    assert!(store.keep_token(token(1, "first")).await.unwrap());
    let tries = (0..8).map(|number| {
        let store = std::sync::Arc::clone(&store);
        tokio::spawn(async move { store.keep_token(token(2, &format!("by {number}"))).await.unwrap() })
    });
    let mut won = 0;
    for one in tries.collect::<Vec<_>>() {
        won += usize::from(one.await.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(store.kept_token("books").await.unwrap().unwrap().number, 2);
}
