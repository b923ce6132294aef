//! What every operation's documentation has in common, added to what the routes say
//! themselves: how it is secured, what a message looks like, how it is refused.

use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Content, OpenApi, PathItem, Ref, RefOr, ResponseBuilder,
        content::ContentBuilder,
        example::ExampleBuilder,
        path::Operation,
        schema::Schema,
        security::{
            ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
        },
    },
};

use super::alternatives;
use crate::{
    doors::sealed::SealedAnswer,
    error::{ErrorCode, Refusal, RefusalBody},
};

/// Refusals by class of their HTTP status: name of the shared response, its class.
const REFUSALS: [(&str, &str, u16, &str); 2] = [
    (
        "4XX",
        "Refused",
        4,
        "请求被拒绝：验明调用方之前为 RFC 9457 文档，之后为密封应答 \
         / refused: an RFC 9457 document before the caller is verified, a sealed answer afterwards",
    ),
    (
        "5XX",
        "Failed",
        5,
        "网关未能完成，可用同一 requestId 重发 / the gateway failed; repeat under the same requestId",
    ),
];

/// Security scheme of the sealed door, and of the transaction door.
const SEALED: &str = "SM2";
const HEADERS: &str = "CSB-TIF";

/// Completes the document that the routes make.
pub(super) fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    components.schemas.extend(of_refusals());
    for (_, name, class, description) in REFUSALS {
        components
            .responses
            .insert(name.to_owned(), refused(class, description).into());
    }
    for (name, scheme) in [(SEALED, sealed_scheme()), (HEADERS, header_scheme())] {
        components.add_security_scheme(name, scheme);
    }
    alternatives::loosen(components);
    let components = components.clone();
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            let secured = match path.as_str() {
                path if path.starts_with("/api/") => {
                    complete_sealed(operation, &components);
                    vec![requirement(SEALED)]
                }
                path if path.starts_with("/fsi/") => vec![requirement(HEADERS)],
                _ => Vec::new(),
            };
            operation.security = Some(secured);
            if operation.description.is_none() {
                operation.description.clone_from(&operation.summary);
            }
        }
    }
}

/// The schemas of a refusal, which no operation names itself.
pub(super) fn of_refusals() -> [(String, RefOr<Schema>); 2] {
    type Sealed = SealedAnswer<RefusalBody<'static>>;
    [
        (Sealed::name().into_owned(), Sealed::schema()),
        (RefusalBody::name().into_owned(), RefusalBody::schema()),
    ]
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post].into_iter().flatten()
}

fn requirement(name: &str) -> SecurityRequirement {
    SecurityRequirement::new(name, Vec::<String>::new())
}

fn sealed_scheme() -> SecurityScheme {
    // OpenAPI has no type for signatures inside the body; "mutual" says what they do.
    let mut http = Http::new(HttpAuthScheme::Mutual);
    http.description = Some(
        "报文体内的 SM2 签名（GB/T 32918）与 SM4 加密，不用请求头；appId 指明调用方 \
         / an SM2 signature and SM4 encryption inside the body, no header; appId names the caller"
            .to_owned(),
    );
    SecurityScheme::Http(http)
}

fn header_scheme() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "_api_signature",
        "CSB 请求头（HMAC-SHA1），或 TIF 请求头 x-tif-signature（SHA-256），按调用方登记 \
         / CSB headers (HMAC-SHA1), or TIF headers with x-tif-signature (SHA-256), as registered",
    )))
}

fn complete_sealed(operation: &mut Operation, components: &Components) {
    if let Some(RefOr::T(body)) = operation.request_body.as_mut() {
        for content in body.content.values_mut() {
            give_example(content, message);
        }
    }
    for (status, response) in &mut operation.responses.responses {
        let shared = REFUSALS.iter().find(|(class, ..)| class == status);
        if let Some((_, name, ..)) = shared {
            *response = RefOr::Ref(Ref::from_response_name(*name));
        } else if let RefOr::T(response) = response {
            for content in response.content.values_mut() {
                give_example(content, |content| answer(content, components));
            }
        }
    }
}

fn give_example(content: &mut RefOr<Content>, example: impl Fn(&Content) -> Value) {
    if let RefOr::T(content) = content
        && content.example.is_none()
    {
        content.example = Some(example(content));
    }
}

/// The contract's own vector: published sample keys, made-up data.
fn message(_: &Content) -> Value {
    json!({
        "appId": "43AF047BBA47FC8A1AE8EFB232BDBBCB", "encType": "SM4", "signType": "SM2",
        "timestamp": "20261122080000", "version": "1.0.0", "nonce": "3f6c1b5ad2e84c7f9a10",
        "requestId": "H61040000001202611220001",
        "encData": "C212E76D030FD8B4790096B02EFA9EEC",
        "signData": "In8Rts7H/dk6Tukq66Ce/IoY53RVK1KLp5uBOt3JN1Ht6IvWRXI2khexfkyGGmlaxncxD2cJuTuR4vICIkVwBg==",
    })
}

/// A sealed answer; `data` shows what it opens to, as the answer's own type says.
fn answer(content: &Content, components: &Components) -> Value {
    let mut answer = message(content);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("code".into(), json!("0"));
        answer.insert("message".into(), json!("成功 / success"));
        answer.insert("success".into(), json!(true));
        answer.insert("data".into(), opened_example(content, components));
    }
    answer
}

/// The example of `A` in a schema `SealedAnswer_A`.
fn opened_example(content: &Content, components: &Components) -> Value {
    let Some(RefOr::Ref(reference)) = &content.schema else {
        return Value::Null;
    };
    let name = reference.ref_location.rsplit_once("SealedAnswer_");
    name.and_then(|(_, name)| named_example(name, components))
        .unwrap_or_default()
}

fn named_example(name: &str, components: &Components) -> Option<Value> {
    let schema = serde_json::to_value(components.schemas.get(name)?).ok()?;
    example_of(&schema, components)
}

/// The example that a schema gives, or that its parts give together.
fn example_of(schema: &Value, components: &Components) -> Option<Value> {
    if let Some(example) = schema.get("example") {
        return Some(example.clone());
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return named_example(reference.rsplit('/').next()?, components);
    }
    if let Some(items) = schema.get("items") {
        return Some(json!([example_of(items, components)?]));
    }
    for one_of in ["oneOf", "anyOf", "allOf"] {
        if let Some(schemas) = schema.get(one_of).and_then(Value::as_array) {
            return schemas
                .iter()
                .find_map(|schema| example_of(schema, components));
        }
    }
    let properties = schema.get("properties")?.as_object()?;
    let examples: serde_json::Map<String, Value> = properties
        .iter()
        .filter_map(|(name, schema)| Some((name.clone(), example_of(schema, components)?)))
        .collect();
    (!examples.is_empty()).then_some(Value::Object(examples))
}

/// The shared response of a class: every code of the table with its body.
fn refused(class: u16, description: &str) -> utoipa::openapi::Response {
    let mut documents = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    for code in ErrorCode::ALL {
        let row = code.row();
        if row.status / 100 == class {
            let example = ExampleBuilder::new()
                .summary(format!("{} / {}", row.zh, row.en))
                .value(serde_json::to_value(Refusal::new(*code).document()).ok());
            documents
                .examples
                .insert(row.code.to_owned(), example.build().into());
        }
    }
    let sealed = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(
            SealedAnswer::<RefusalBody<'_>>::name(),
        )))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", documents)
        .content("application/json", sealed)
        .build()
}
