//! Whether two types share a name in the document: utoipa keeps the last one in silence, and
//! the operations of the other are documented by a schema that is not theirs.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::dev::HttpServiceFactory;
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

use super::{Registry, document, operations, others};

/// Every schema of every route, the same name as often as it is named.
struct Named(Vec<(String, RefOr<Schema>)>);

impl Registry for Named {
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(mut self, factory: F) -> Self {
        factory.schemas(&mut self.0);
        self
    }
}

#[test]
fn a_name_of_the_document_belongs_to_one_schema() {
    let Named(named) = others(operations(Named(document::of_refusals().into())));
    let mut schemas: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, schema) in named {
        let text = serde_json::to_string(&schema).unwrap();
        schemas.entry(name).or_default().insert(text);
    }
    let clashes = schemas.iter().filter(|(_, all)| all.len() > 1);
    let clashes: Vec<&String> = clashes.map(|(name, _)| name).collect();
    assert!(clashes.is_empty(), "names of several types: {clashes:?}");
    let documented: BTreeSet<String> = (super::document().components.unwrap().schemas)
        .into_keys()
        .collect();
    assert_eq!(schemas.into_keys().collect::<BTreeSet<_>>(), documented);
}
