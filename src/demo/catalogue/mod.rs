//! The demo's categories and items: eight departments, each written down in a file of its own, and the maker that turns
//! them into items. Brands, items and books are invented; a likeness to real ones is an accident.

use std::collections::BTreeSet;

use services::{
    items::{AttributeDefinition, Category, ItemDraft},
    kernel::ids::{CategoryId, SupplierId},
};
use uuid::Uuid;

use self::{maker::Maker, spec::Department};

mod appliances;
mod beauty;
mod books_toys;
mod electronics;
mod fashion;
mod gaps;
mod grocery;
mod home;
mod maker;
mod prices;
mod spec;
mod sports;

/// An item of the demo.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoItem {
    /// What the item service makes of its title; unique in the demo.
    pub slug: String,
    /// Its category's slug: with the slug and the title, all that its picture needs.
    pub category_slug: &'static str,
    /// The item as a supplier sends it.
    pub draft: ItemDraft,
}

/// Who sends a department's items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoSupplier {
    /// Its id.
    pub id: SupplierId,
    /// Short name, the department's slug.
    pub code: &'static str,
    /// As shown.
    pub name: String,
}

/// Categories (parents first), suppliers (one per department) and items.
pub struct Catalogue {
    /// Departments and what is below them.
    pub categories: Vec<Category>,
    /// Who sends the items.
    pub suppliers: Vec<DemoSupplier>,
    /// Ordered by department and category.
    pub items: Vec<DemoItem>,
}

fn departments() -> Vec<Department> {
    vec![
        electronics::department(),
        appliances::department(),
        fashion::department(),
        home::department(),
        grocery::department(),
        beauty::department(),
        books_toys::department(),
        sports::department(),
    ]
}

/// The id of a category of the demo, by its slug.
pub fn category_id(slug: &str) -> CategoryId {
    CategoryId(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:chowk:demo:category:{slug}").as_bytes()))
}

/// The id of the supplier of a department, by the department's slug.
pub fn supplier_id(department: &str) -> SupplierId {
    SupplierId(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:chowk:demo:supplier:{department}").as_bytes()))
}

/// Makes everything. The same every time.
pub fn catalogue() -> Catalogue {
    let mut out = Catalogue { categories: Vec::new(), suppliers: Vec::new(), items: Vec::new() };
    let mut taken = BTreeSet::new();
    for (position, department) in departments().iter().enumerate() {
        let supplier = supplier_id(department.slug);
        let name = format!("{} Traders", department.name);
        out.suppliers.push(DemoSupplier { id: supplier, code: department.slug, name });
        out.categories.extend(branches(department, position));
        for leaf in &department.leaves {
            let maker = Maker::new(leaf, &department.attributes, category_id(leaf.slug), supplier);
            out.items.extend(maker.items(&mut taken));
        }
    }
    out
}

/// A department's category and those below it.
fn branches(department: &Department, position: usize) -> Vec<Category> {
    let category = |parent: Option<&str>, slug: &str, name: &str, position: usize, attributes| Category {
        id: category_id(slug),
        parent: parent.map(category_id),
        slug: slug.to_owned(),
        name: name.to_owned(),
        position: u32::try_from(position).unwrap_or(u32::MAX),
        attributes,
    };
    let shared: Vec<AttributeDefinition> = department.attributes.iter().map(spec::Attr::definition).collect();
    let mut out = vec![category(None, department.slug, department.name, position, shared)];
    out.extend(department.leaves.iter().enumerate().map(|(i, leaf)| {
        let own = leaf.attributes.iter().map(spec::Attr::definition);
        let attributes = own.chain(leaf.axes.iter().map(spec::Axis::definition)).collect();
        category(Some(department.slug), leaf.slug, leaf.name, i, attributes)
    }));
    out
}

#[cfg(test)]
mod tests;
