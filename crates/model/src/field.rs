//! What the field table says of one field, and how a field is found by name.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::node::Node;

/// The form of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Characters, codes of a dictionary among them.
    Text,
    /// A decimal number with at most so many digits before and after the point.
    Number {
        /// Digits before the point.
        integer: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// `yyyy-MM-dd`.
    Date,
    /// `yyyy-MM-dd HH:mm[:ss]`.
    DateTime,
}

/// A published layout of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layout {
    /// The provincial 4101 that took over the 4101A layout (Hunan V1.1.27, 2024-10).
    Provincial,
    /// The national 4101A (V8.1, 2026-05, and the vendors' classes of it).
    National,
    /// The 2021 baseline 4101: person, fees and `iteminfo` inside.
    Legacy,
}

/// One row of the field table.
#[derive(Debug)]
pub struct FieldDef {
    /// The node the field stands in.
    pub node: Node,
    /// The name as it is written; [`FieldDef::aliases`] are accepted on input.
    pub name: &'static str,
    /// The Chinese name of the interface specification.
    pub cn_name: &'static str,
    /// The form of the value.
    pub kind: Kind,
    /// The longest length in characters that a layout gives to a text field.
    pub length: Option<u16>,
    /// The dictionary of its codes, for [`crate::dictionary::get`].
    pub dictionary: Option<&'static str>,
    /// Other spellings met in published layouts and vendors' code.
    pub aliases: &'static [&'static str],
    /// The layouts that have the field.
    pub layouts: &'static [Layout],
    /// The layouts that mark it as mandatory without a condition.
    pub required: &'static [Layout],
    pub(crate) slot: usize,
}

/// A field of the list: a handle on its row of the field table.
#[derive(Clone, Copy)]
pub struct Field(pub(crate) &'static FieldDef);

impl Field {
    /// Finds a field by its name or one of its aliases.
    #[must_use]
    pub fn lookup(node: Node, name: &str) -> Option<Field> {
        BY_NAME.get(&(node, name)).copied()
    }

    /// The row of the field table.
    #[must_use]
    pub const fn def(self) -> &'static FieldDef {
        self.0
    }

    /// The name as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// The node it stands in.
    #[must_use]
    pub const fn node(self) -> Node {
        self.0.node
    }
}

/// By a cheap hash: what stands in the map is this table alone, so no sender can fill it
/// with names that collide.
static BY_NAME: LazyLock<FxHashMap<(Node, &'static str), Field>> = LazyLock::new(|| {
    let fields = Node::ALL.iter().flat_map(|node| node.fields());
    fields
        .flat_map(|field| {
            std::iter::once(field.name())
                .chain(field.def().aliases.iter().copied())
                .map(|name| ((field.node(), name), *field))
        })
        .collect()
});

impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        self.0.slot == other.0.slot && self.0.node == other.0.node
    }
}

impl Eq for Field {}

impl Hash for Field {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.node.hash(state);
        self.0.slot.hash(state);
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.node(), self.name())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::{Field, Kind, Layout};
    use crate::{Node, dictionary, fields};

    #[test]
    fn every_field_is_found_by_each_of_its_names() {
        for node in Node::ALL {
            let mut seen = HashSet::new();
            for (slot, field) in node.fields().iter().enumerate() {
                assert_eq!(field.def().slot, slot, "{field:?}");
                assert_eq!(field.node(), node);
                for name in std::iter::once(&field.name()).chain(field.def().aliases) {
                    assert!(seen.insert(*name), "{node}.{name} stands twice");
                    assert_eq!(Field::lookup(node, name), Some(*field));
                }
            }
        }
        assert_eq!(Field::lookup(Node::Diseinfo, "gend"), None);
    }

    #[test]
    fn equality_goes_by_place_and_not_by_address() {
        let found = Field::lookup(Node::Setlinfo, "gend").unwrap();
        assert_eq!(found, fields::setlinfo::GEND);
        assert_ne!(fields::setlinfo::PSN_NO, fields::bldinfo::SETL_LIST_BLD_ID);
        assert_ne!(
            fields::diseinfo::DIAG_TYPE,
            fields::oprninfo::OPRN_OPRT_TYPE
        );
    }

    #[test]
    fn the_union_has_the_size_of_the_published_layouts() {
        let of = |layout: Layout, node: Node| {
            let fields = node.fields().iter();
            fields
                .filter(|field| field.def().layouts.contains(&layout))
                .count()
        };
        assert_eq!(Node::Setlinfo.fields().len(), 92);
        assert_eq!(of(Layout::Provincial, Node::Setlinfo), 62);
        assert_eq!(of(Layout::National, Node::Setlinfo), 61);
        assert_eq!(of(Layout::Legacy, Node::Setlinfo), 82);
        assert_eq!(of(Layout::Legacy, Node::Iteminfo), 6);
        assert_eq!(of(Layout::Provincial, Node::Iteminfo), 0);
        assert_eq!(of(Layout::Provincial, Node::Oprninfo), 10);
        assert_eq!(of(Layout::Provincial, Node::Bldinfo), 7);
    }

    #[test]
    fn every_dictionary_of_the_table_is_there() {
        for field in Node::ALL.iter().flat_map(|node| node.fields()) {
            if let Some(id) = field.def().dictionary {
                assert!(dictionary::get(id).is_some(), "{field:?}: {id}");
                assert_eq!(field.def().kind, Kind::Text);
            }
            assert!(!field.def().layouts.is_empty());
            let layouts = field.def().layouts;
            assert!(
                field
                    .def()
                    .required
                    .iter()
                    .all(|layout| layouts.contains(layout))
            );
        }
    }
}
