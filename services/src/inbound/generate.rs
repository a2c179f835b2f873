//! A made-up feed of any length in the shape of the `magento-apparel` profile, to measure an import with. Every item is a
//! row of a group after the rows of its variants; the same number of rows gives the same bytes.

use std::io::{self, Read};

/// Variants of each made-up item.
const VARIANTS: u64 = 4;
const HEADER: &str = "sku,product_type,categories,name,description,price,visibility,additional_attributes,qty,\
base_image,additional_images,configurable_variations\n";
const SIZES: [&str; 2] = ["S", "M"];
const COLOURS: [&str; 2] = ["Indigo", "Saffron"];
const KINDS: [&str; 6] = ["Kurta", "Shirt", "Jacket", "Trousers", "Scarf", "Sweater"];

/// A feed that is made while it is read.
#[derive(Debug)]
pub struct GeneratedFeed {
    rows: u64,
    /// Rows written.
    at: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl GeneratedFeed {
    /// A feed of so many rows, the header not counted. Five rows make an item; rows that make no whole item are items
    /// by themselves.
    pub fn new(rows: u64) -> Self {
        Self { rows, at: 0, buffer: HEADER.as_bytes().to_vec(), used: 0 }
    }

    fn row(&self) -> String {
        let (item, place) = (self.at / (VARIANTS + 1), self.at % (VARIANTS + 1));
        let whole = (item + 1) * (VARIANTS + 1) <= self.rows;
        let kind = KINDS[usize::try_from(item % 6).unwrap_or(0)];
        let price = 199 + item * 37 % 4_000;
        let tree = format!("Default Category/Generated/{kind}");
        if !whole {
            return format!(
                "G{item}-{place},simple,{tree},{kind} {item}/{place},Plain,{price},\"Catalog, Search\",,10,,,\n"
            );
        }
        if place < VARIANTS {
            let (size, colour) = chosen(place);
            let sku = format!("G{item}-{size}-{colour}");
            let more = format!("size={size},color={colour}");
            return format!(
                "{sku},simple,{tree},{kind} {item} {size} {colour},,{price},Not Visible Individually,\"{more}\",10,,,\n"
            );
        }
        let parts: Vec<String> = (0..VARIANTS)
            .map(chosen)
            .map(|(size, colour)| format!("sku=G{item}-{size}-{colour},size={size},color={colour}"))
            .collect();
        let description = format!("<p>A {kind} of the generated kind.</p>\n<p>Number {item}, \"\"one of many\"\".</p>");
        let more = format!("material=Cotton|Wool,pattern=Solid,batch={}", item % 97);
        let parts = parts.join("|");
        format!(
            "G{item},configurable,{tree},{kind} {item},\"{description}\",{price},\"Catalog, Search\",\"{more}\",0,,,\"{parts}\"\n"
        )
    }
}

fn chosen(place: u64) -> (&'static str, &'static str) {
    (SIZES[usize::try_from(place % 2).unwrap_or(0)], COLOURS[usize::try_from(place / 2 % 2).unwrap_or(0)])
}

impl Read for GeneratedFeed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.used == self.buffer.len() {
            if self.at >= self.rows {
                return Ok(0);
            }
            self.buffer = self.row().into_bytes();
            self.used = 0;
            self.at += 1;
        }
        let taken = into.len().min(self.buffer.len() - self.used);
        into[..taken].copy_from_slice(&self.buffer[self.used..self.used + taken]);
        self.used += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_has_the_rows_asked_for() {
        for rows in [0, 1, 4, 5, 12, 100] {
            let mut text = String::new();
            GeneratedFeed::new(rows).read_to_string(&mut text).expect("it never fails");
            let starts = text.lines().filter(|l| l.starts_with('G')).count();
            assert_eq!(starts as u64, rows);
        }
    }
}
