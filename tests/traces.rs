//! `OTEL_EXPORTER_OTLP_ENDPOINT`: each event is a trace, with its decisions, effects and calls inside it; a collector
//! that is away holds up nothing, and no secret and no value of a field goes there.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;

use crate::support::{Process, Trade, at_rest, heard, until};

/// A collector: what was sent to it, whole and as spans.
#[derive(Clone, Default)]
struct Collector {
    sent: Arc<Mutex<Vec<(String, Vec<u8>)>>>,
}

impl Collector {
    fn start() -> (Self, String) {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let collector = Self::default();
        let sent = Arc::clone(&collector.sent);
        std::thread::spawn(move || {
            for stream in socket.incoming() {
                let mut stream = stream.unwrap();
                let (head, body) = heard(&stream);
                sent.lock().unwrap().push((head, body));
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            }
        });
        (collector, url)
    }

    fn spans(&self) -> Vec<Span> {
        let sent = self.sent.lock().unwrap();
        let asked = sent.iter().map(|(_, body)| ExportTraceServiceRequest::decode(body.as_slice()).unwrap());
        let scopes = asked.flat_map(|asked| asked.resource_spans).flat_map(|of| of.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

fn text(span: &Span, name: &str) -> String {
    let found = span.attributes.iter().find(|one| one.key == name).and_then(|one| one.value.clone()?.value);
    match found {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn run(trade: &Trade, collector: &str) -> Process {
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector).env("OTEL_BSP_SCHEDULE_DELAY", "100");
    Process::start(&mut command, "listening")
}

#[test]
fn an_event_is_a_trace_of_its_decisions_effects_and_calls() {
    let (collector, url) = Collector::start();
    let trade = Trade::start();
    let service = run(&trade, &url);
    until("it is at rest", || at_rest(&service.url));
    let made = trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let number = made["orders"][0]["number"].as_str().unwrap().to_owned();
    until("the order has crossed", || trade.orders().len() == 1);
    let record = format!("leaflink.order/{number}");
    let created = || {
        let spans = collector.spans();
        let effect =
            spans.iter().find(|span| span.name == "create" && text(span, "petiole.pipeline") == "orders")?.clone();
        Some((effect, spans))
    };
    until("its trace is told", || {
        created().is_some_and(|(effect, spans)| spans.iter().any(|span| span.span_id == effect.parent_span_id))
    });
    let (effect, spans) = created().unwrap();
    let event = spans.iter().find(|span| span.span_id == effect.parent_span_id).unwrap();
    assert_eq!((event.name.as_str(), text(event, "petiole.record")), ("leaflink.order", record));
    assert!(event.parent_span_id.is_empty());
    assert!(["webhook", "poll", "sweep"].contains(&text(event, "petiole.told_by").as_str()), "{event:?}");
    assert_eq!(text(event, "petiole.outcome"), "done");
    assert_eq!(text(event, "petiole.generation"), "1");
    let whole: Vec<&Span> = spans.iter().filter(|span| span.trace_id == event.trace_id).collect();
    let inside = |name: &str, within: &Span| {
        whole.iter().find(|span| span.name == name && span.parent_span_id == within.span_id).copied()
    };
    assert!(inside("decide", event).is_some(), "{whole:#?}");
    let call = inside("POST", &effect).unwrap();
    assert_eq!(text(call, "petiole.account"), "flourish");
    assert!(text(call, "http.response.status_code").starts_with('2'), "{call:?}");
    assert!(text(call, "url.full").starts_with("http://127.0.0.1"), "{call:?}");
    assert!(
        event.start_time_unix_nano <= call.start_time_unix_nano && call.end_time_unix_nano <= event.end_time_unix_nano
    );
    let heads: Vec<String> = collector.sent.lock().unwrap().iter().map(|(head, _)| head.clone()).collect();
    assert!(heads.iter().all(|head| head.starts_with("POST /v1/traces ")), "{heads:?}");
    let sent = collector.sent.lock().unwrap();
    let all: String = sent.iter().map(|(_, body)| String::from_utf8_lossy(body).into_owned()).collect();
    assert!(all.contains("petiole") && !all.contains("key-for-tests"));
}

#[test]
fn a_collector_that_is_away_holds_up_nothing_and_is_told_once() {
    let trade = Trade::start();
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let log = trade.folder.0.join("log");
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9").env("OTEL_BSP_SCHEDULE_DELAY", "50");
    let mut service = Process::logging(&mut command, "listening", std::fs::File::create(&log).unwrap());
    trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    until("the orders have crossed", || trade.orders().len() == 2 && at_rest(&service.url));
    let told = || std::fs::read_to_string(&log).unwrap().matches("traces cannot be sent").count();
    until("it is told", || told() > 0);
    service.signal("TERM");
    assert!(service.child.wait().unwrap().success());
    assert_eq!(told(), 1);
}
