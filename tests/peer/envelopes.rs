//! Records that each stand in an envelope of their own, in one system.

use super::*;

const SHOP: &str = "
system: shop
http:
  auth: X-Key = {secrets.token}
errors:
  message: [errors]
paging:
  style: link
  size: limit = 2
records:
  product:
    rows: products
    answer: product
    body within: product
    fields:
      id: integer, read only
      title: text, required on create
    calls:
      read: GET /products/{id}.json
      list: GET /products.json
      find by title:
        request: GET /search.json?title={title}
        rows: found.items
      create: POST /products.json
      update: PUT /products/{id}.json
  order:
    rows: orders
    answer: order
    body within: order
    fields:
      id: integer, read only
      state: enum [Open, Closed], read only
      note: text
      lines[].sku: text, required on create
    calls:
      read:
        request: GET /orders/{id}.json
        answer: data.order
      list: GET /orders.json
      create: POST /orders.json
      add to lines:
        request: POST /orders/{id}/lines.json
        body within: lines
    states:
      field: state
      initial: Open
      moves:
        - Open -> Closed:
            request: POST /orders/{id}/close.json
            body: reason = done
  tag:
    body within: nothing
    fields:
      id: integer, read only
      name: text
    calls:
      create: POST /tags.json
";

fn shop() -> Arc<System> {
    let folder = Folder::new();
    let path = folder.0.join("shop.yaml");
    std::fs::write(&path, SHOP).unwrap();
    system(path)
}

/// The last request that the peer was sent, and its answer.
fn raw(bench: &Bench, method: Method, path: &str, body: Json) -> (u16, Json) {
    let now = "2026-01-05T12:00:00Z".parse().unwrap();
    let headers = vec![("X-Key".to_owned(), "open".to_owned())];
    let body = body.to_string().into_bytes();
    let request = Request { method, url: path.to_owned(), headers, body, timeout: Duration::from_secs(1) };
    let response = bench.wire.0.lock().unwrap().handle(now, &request).response;
    (response.status, serde_json::from_slice(&response.body).unwrap())
}

#[tokio::test]
async fn each_kind_is_sent_and_read_in_its_own() {
    let bench = Bench::new(shop());
    let (product, order) = (bench.record("product"), bench.record("order"));
    let made = bench.connector.create(&product, &fields_of(json!({ "title": "pears" }))).await.unwrap().unwrap();
    assert_eq!(made.key(&product).as_deref(), Some("1"));
    let changed = fields_of(json!({ "title": "plums" }));
    bench.connector.update(&product, "1", &changed, &Value::Null).await.unwrap().unwrap();
    let read = bench.connector.read(&product, "1").await.unwrap().unwrap();
    assert_eq!(read.value.field("title"), &Value::text("plums"));
    let named = Listing::Find { field: "title".to_owned(), value: Value::text("plums") };
    assert_eq!(bench.connector.rows(&product, named).await.unwrap().len(), 1);
    assert_eq!(bench.connector.rows(&product, Listing::All).await.unwrap().len(), 1);
    let whole = fields_of(json!({ "note": "x", "lines": [{ "sku": "A" }] }));
    bench.connector.create(&order, &whole).await.unwrap().unwrap();
    let lines = fields_of(json!({ "lines": [{ "sku": "B" }] }));
    bench.connector.update(&order, "1", &lines, &Value::Null).await.unwrap();
    let step = order.states.as_ref().unwrap().moves[0].clone();
    bench.connector.make_move(&order, "1", &step, &Value::Null).await.unwrap().unwrap();
    let read = bench.connector.read(&order, "1").await.unwrap().unwrap();
    assert_eq!(read.value.field("state"), &Value::text("Closed"));
    assert_eq!(read.value.field("lines").as_list().unwrap().len(), 1, "of lines that only a call of its own adds");
}

#[tokio::test]
async fn the_peer_takes_and_gives_nothing_else() {
    let bench = Bench::new(shop());
    let (status, answer) = raw(&bench, Method::Post, "/products.json", json!({ "title": "pears" }));
    assert_eq!((status, answer["errors"].as_str().unwrap()), (400, "the body holds nothing at `product`"));
    let (status, answer) = raw(&bench, Method::Post, "/products.json", json!({ "product": { "title": "pears" } }));
    assert_eq!((status, &answer["product"]["title"]), (201, &json!("pears")));
    let (_, answer) = raw(&bench, Method::Get, "/products.json", json!({}));
    assert_eq!(answer, json!({ "products": [{ "id": 1, "title": "pears" }] }));
    let (_, answer) = raw(&bench, Method::Get, "/search.json?title=pears", json!({}));
    assert_eq!(answer["found"]["items"][0]["id"], json!(1));
    let (status, answer) = raw(&bench, Method::Post, "/tags.json", json!({ "name": "new" }));
    assert_eq!((status, answer), (201, json!({ "id": 1, "name": "new" })));
}
