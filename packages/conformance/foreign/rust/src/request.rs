use pravega_client_shared::ScopedStream;
use serde_json::{Map, Value};

/// One request. What it must have and has not is a panic, told as such.
pub struct Request(Map<String, Value>);

impl Request {
    pub fn parse(line: &str) -> Request {
        match serde_json::from_str(line).expect("a line of JSON") {
            Value::Object(fields) => Request(fields),
            other => panic!("{} is no JSON object", other),
        }
    }

    pub fn id(&self) -> u64 {
        self.0["id"].as_u64().expect("an id")
    }

    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn given(&self, name: &str) -> &Value {
        self.value(name)
            .unwrap_or_else(|| panic!("the request has no {}", name))
    }

    pub fn text(&self, name: &str) -> &str {
        self.given(name).as_str().expect("a text")
    }

    pub fn text_or_none(&self, name: &str) -> Option<&str> {
        self.value(name).map(|value| value.as_str().expect("a text"))
    }

    pub fn number(&self, name: &str) -> i64 {
        self.given(name).as_i64().expect("a number")
    }

    pub fn number_or(&self, name: &str, default: i64) -> i64 {
        self.value(name).map_or(default, |_| self.number(name))
    }

    /// 64-bit values travel as text.
    pub fn long(&self, name: &str) -> i64 {
        self.text(name).parse().expect("a 64-bit number as text")
    }

    pub fn list(&self, name: &str) -> Vec<Request> {
        let items = self.given(name).as_array().expect("a list");
        items
            .iter()
            .map(|item| Request(item.as_object().expect("an object").clone()))
            .collect()
    }

    pub fn texts_or_none(&self, name: &str) -> Option<Vec<String>> {
        self.value(name).map(|value| {
            let items = value.as_array().expect("a list");
            items
                .iter()
                .map(|item| item.as_str().expect("a text").to_string())
                .collect()
        })
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        self.texts_or_none(name)
            .unwrap_or_else(|| panic!("the request has no {}", name))
    }

    pub fn stream(&self) -> ScopedStream {
        ScopedStream::from(self.text("stream"))
    }
}
