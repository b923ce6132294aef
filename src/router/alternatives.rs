//! Alternatives of the answers as serde writes them: where the derive says *exactly one*,
//! or *null*, the wire knows only *one or the other*.

use utoipa::openapi::{
    Components, OneOf, RefOr, Schema,
    schema::{AnyOfBuilder, ObjectBuilder, SchemaType, Type},
};

/// Writes `anyOf` where a document may fit several alternatives.
///
/// - The forms of an untagged enum are told apart by what stands in them, and what is
///   optional in one may leave room for another.
/// - A flattened part that is absent leaves the object without its members; it never turns
///   the object into null.
pub(super) fn loosen(components: &mut Components) {
    for schema in components.schemas.values_mut() {
        loosen_schema(schema);
    }
}

fn loosen_schema(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else {
        return;
    };
    match schema {
        Schema::Object(object) => object.properties.values_mut().for_each(loosen_schema),
        Schema::AllOf(all) => {
            for part in &mut all.items {
                loosen_schema(part);
                leave_out_null(part);
            }
        }
        Schema::AnyOf(any) => any.items.iter_mut().for_each(loosen_schema),
        Schema::OneOf(one) => {
            one.items.iter_mut().for_each(loosen_schema);
            if !one.items.iter().any(is_null) {
                *schema = any_of(one);
            }
        }
        _ => {}
    }
}

/// A flattened part: its members, or none of them.
fn leave_out_null(part: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::OneOf(one)) = part
        && one.items.iter().any(is_null)
    {
        one.items.retain(|item| !is_null(item));
        let absent = ObjectBuilder::new().description(Some("缺省 / left out"));
        one.items.push(absent.into());
        *part = RefOr::T(any_of(one));
    }
}

fn is_null(item: &RefOr<Schema>) -> bool {
    matches!(item, RefOr::T(Schema::Object(object))
        if object.schema_type == SchemaType::Type(Type::Null))
}

fn any_of(one: &mut OneOf) -> Schema {
    let mut any = AnyOfBuilder::new()
        .description(one.description.take())
        .examples(one.example.take().into_iter().chain(one.examples.drain(..)))
        .build();
    any.items = std::mem::take(&mut one.items);
    any.into()
}
