use std::error::Error;
use std::fmt;

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes each event as a JSON object: `timestamp`, `level`, the event's own fields, and the `spans`
/// it happened in, if there are any.
///
/// The subscriber can do that too, with a crate more in everybody's tree.
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let mut members = Members::default();
        members.add("timestamp", &timestamp);
        members.add("level", event.metadata().level().as_str());
        event.record(&mut members);
        let spans: Vec<_> = context
            .event_scope()
            .into_iter()
            .flat_map(|scope| scope.from_root())
            .map(|span| match span.extensions().get::<FormattedFields<N>>() {
                Some(fields) if !fields.is_empty() => format!("{}{{{fields}}}", span.name()),
                _ => span.name().to_owned(),
            })
            .collect();
        if !spans.is_empty() {
            members.add("spans", &spans);
        }
        writeln!(writer, "{{{}}}", members.0)
    }
}

/// The members of an object, as far as they are written.
#[derive(Default)]
struct Members(String);

impl Members {
    fn add(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        if !self.0.is_empty() {
            self.0.push(',');
        }
        // Text, numbers and lists of text: writing them cannot fail.
        self.0.push_str(&json(serde_json::to_string(name)));
        self.0.push(':');
        self.0.push_str(&json(serde_json::to_string(value)));
    }

    /// A member of the event's own, beside those that every line has: none stands twice.
    fn field(&mut self, field: &Field, value: &(impl Serialize + ?Sized)) {
        match field.name() {
            name @ ("timestamp" | "level" | "spans") => self.add(&format!("field.{name}"), value),
            name => self.add(name, value),
        }
    }
}

impl Visit for Members {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.field(field, &value.to_string());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.field(field, &value);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of an event, and nothing else.
    fn written(event: impl FnOnce()) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        let layer = tracing_subscriber::fmt::layer()
            .event_format(JsonLine)
            .with_writer(move || writer.clone());
        let logging = tracing_subscriber::registry().with(layer).set_default();
        event();
        drop(logging);
        String::from_utf8(captured.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn an_event_is_an_object_of_its_fields() {
        let line = written(|| {
            let outer = tracing::info_span!("outer", table = "\"a\"").entered();
            let inner = tracing::info_span!("inner").entered();
            let error: &(dyn Error + 'static) = &fmt::Error;
            let (text, list) = ("a \"b\"\n", [1]);
            tracing::warn!(
                text,
                yes = true,
                less = -1,
                more = u64::MAX,
                part = 0.5,
                error,
                ?list,
                "é {}",
                2
            );
            drop((inner, outer));
        });
        assert_eq!(line.find('\n'), Some(line.len() - 1), "{line:?}");
        let mut entry: Value = serde_json::from_str(&line).unwrap();
        let timestamp = entry["timestamp"].take();
        assert!(timestamp.as_str().unwrap().starts_with("20"), "{timestamp}");
        let expected = json!({
            "timestamp": null, "level": "WARN", "message": "é 2", "text": "a \"b\"\n", "yes": true,
            "less": -1, "more": u64::MAX, "part": 0.5, "error": fmt::Error.to_string(),
            "list": "[1]", "spans": [r#"outer{table="\"a\""}"#, "inner"],
        });
        assert_eq!(entry, expected);
    }

    #[test]
    fn no_field_of_an_event_stands_in_for_what_every_line_says() {
        let line = written(|| tracing::warn!(level = "gold", timestamp = 0, spans = 3));
        assert_eq!(line.matches(r#""level":"#).count(), 1, "{line}");
        let entry: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&entry["level"], &entry["field.level"]), (&json!("WARN"), &json!("gold")));
        assert_eq!((&entry["field.timestamp"], &entry["field.spans"]), (&json!(0), &json!(3)));
    }
}
