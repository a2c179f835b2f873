//! The shop's word rules as tantivy tokenizers. The rules themselves are in `services::search::words`.

use services::search::words;
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

/// Words for full text: folded, parted, joined, without plurals.
pub const WORDS: &str = "shop_words";
/// Words as typed: for completions and spelling.
pub const PLAIN: &str = "shop_plain";
/// A value as one folded token: for filters.
pub const FOLDED: &str = "shop_folded";

/// The tokenizers by the names above.
pub fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(
        WORDS,
        TextAnalyzer::from(Words(|text| {
            words::indexed(text).into_iter().map(|w| token(w.text, w.from, w.to, w.position)).collect()
        })),
    );
    manager.register(
        PLAIN,
        TextAnalyzer::from(Words(|text| {
            words::plain(text).into_iter().enumerate().map(|(at, w)| token(w, 0, 0, at)).collect()
        })),
    );
    manager.register(FOLDED, TextAnalyzer::from(Words(|text| vec![token(words::folded(text), 0, text.len(), 0)])));
    manager
}

fn token(text: String, offset_from: usize, offset_to: usize, position: usize) -> Token {
    Token { offset_from, offset_to, position, text, position_length: 1 }
}

#[derive(Clone, Copy)]
struct Words(fn(&str) -> Vec<Token>);

impl Tokenizer for Words {
    type TokenStream<'a> = Listed;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Listed {
        Listed { rest: (self.0)(text).into_iter(), now: Token::default() }
    }
}

/// Tokens from a list.
pub struct Listed {
    rest: std::vec::IntoIter<Token>,
    now: Token,
}

impl TokenStream for Listed {
    fn advance(&mut self) -> bool {
        self.rest.next().map(|next| self.now = next).is_some()
    }
    fn token(&self) -> &Token {
        &self.now
    }
    fn token_mut(&mut self) -> &mut Token {
        &mut self.now
    }
}
