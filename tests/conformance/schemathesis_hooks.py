"""What schemathesis must know of this schema: how its scalars look, and what every answer promises."""
import re
import string
from pathlib import Path

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

schemathesis.graphql.scalar(
    "Pincode", (st.sampled_from(["560001", "110001", "781001"]) | st.from_regex(r"[1-9][0-9]{5}", fullmatch=True)).map(nodes.String)
)
schemathesis.graphql.scalar("CurrencyCode", (st.just("INR") | st.text(string.ascii_uppercase, min_size=3, max_size=3)).map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda t: nodes.String(t.isoformat(timespec="seconds") + "Z")))
schemathesis.graphql.scalar("Long", st.integers(-(2**53) + 1, 2**53 - 1).map(nodes.Int))

# What the scalars take, so that `validate` below sees a value that schemathesis has broken on purpose.
SCHEMA = graphql.build_schema((Path(__file__).resolve().parent.parent.parent / "schema/schema.graphql").read_text())
TEXTS = {"Pincode": r"[1-9][0-9]{5}", "CurrencyCode": r"[A-Z]{3}", "DateTime": r"\d{4,}-\d\d-\d\dT.*Z"}


def literal(name):
    def parse(node, _variables=None):
        kind = graphql.IntValueNode if name == "Long" else graphql.StringValueNode
        if not isinstance(node, kind) or not re.fullmatch(TEXTS.get(name, ".*"), node.value):
            raise graphql.GraphQLError(f"this is no {name}")
        return node.value

    return parse


for scalar in ("Pincode", "CurrencyCode", "DateTime", "Long"):
    SCHEMA.type_map[scalar].parse_literal = literal(scalar)


class OneField(graphql.Visitor):
    """Leaves each object of a @oneOf type one field that is not null."""

    def __init__(self, types):
        super().__init__()
        self.types = types

    def enter_object_value(self, node, *_):
        kind = graphql.get_named_type(self.types.get_input_type())
        given = [f for f in node.fields if not isinstance(f.value, graphql.NullValueNode)]
        if isinstance(kind, graphql.GraphQLInputObjectType) and kind.is_one_of and given:
            # Chosen by the document itself, so that every field gets its turn and a seed repeats.
            return graphql.ObjectValueNode(fields=(given[len(graphql.print_ast(node)) % len(given)],))
        return None


@schemathesis.hook
def map_body(context, body):
    """schemathesis does not know @oneOf: what breaks no other rule is made to keep this one, so that it is run."""
    errors = graphql.validate(SCHEMA, body)
    if errors and all("OneOf" in e.message or "exactly one" in e.message for e in errors):
        types = graphql.TypeInfo(SCHEMA)
        return graphql.visit(body, graphql.TypeInfoVisitor(types, OneField(types)))
    return body


# A document that does not fit the schema is refused with one of these, and nothing is run.
UNFIT = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"}
# A document that fits may still name nothing that exists, or be nobody's to run. All other codes (INTERNAL, TIMEOUT,
# UNAVAILABLE, OVERLOADED, …) mean that the shop went wrong.
REFUSED = {"BAD_USER_INPUT", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "INVALID_CURSOR", "CURSOR_EXPIRED", "RATE_LIMITED"}


@schemathesis.check
def answers_as_promised(ctx, response, case):
    """A well-formed POST is answered with 200 (application/json) and errors of the closed set."""
    assert response.status_code == 200, f"status {response.status_code}"
    told = response.json()
    errors = told.get("errors", [])
    codes = {(e.get("extensions") or {}).get("code") for e in errors}
    assert all(e.get("message") for e in errors), "an error without a message"
    if case.meta and case.meta.generation.mode.is_negative:
        assert errors and codes <= UNFIT, f"a document that does not fit was answered with {codes or 'data'}"
        assert "data" not in told, "a document that does not fit was run"
    elif not all("takes exactly one of its fields" in e["message"] for e in errors) or not errors:
        # Objects of a @oneOf type with nothing but nulls cannot be repaired and are rightly refused.
        assert codes <= REFUSED, f"a document that fits was answered with {codes - REFUSED}"
        assert "data" in told or codes == {"BAD_USER_INPUT"}, f"a document that fits was not run: {codes}"
