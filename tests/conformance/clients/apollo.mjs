// Apollo Client with HttpLink and GraphQLWsLink, errors kept beside the data, pages merged by Relay's policy.
import assert from 'node:assert/strict';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { GRAPHQL, Group, SOCKET, until } from '../lib/group.mjs';
import { journey } from '../lib/journey.mjs';
import { LIST } from '../lib/storefront.mjs';

const group = new Group('Apollo Client');

function apollo(token, typePolicies) {
  const authorization = token && `Bearer ${token}`;
  const http = new HttpLink({ uri: GRAPHQL, headers: token && { authorization } });
  const socket = new GraphQLWsLink(createClient({ url: SOCKET, webSocketImpl: WebSocket, connectionParams: { authorization } }));
  const link = ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, socket, http);
  return new ApolloClient({ link, cache: new InMemoryCache({ typePolicies }) });
}

function as(token) {
  const client = apollo(token);
  const told = ({ data, error }) => ({
    data, errors: error && (CombinedGraphQLErrors.is(error) ? error.errors : [{ message: String(error), extensions: {} }]),
  });
  return {
    query: async (query, variables) => told(await client.query({ query: gql(query), variables, errorPolicy: 'all', fetchPolicy: 'network-only' })),
    mutate: async (mutation, variables) => told(await client.mutate({ mutation: gql(mutation), variables, errorPolicy: 'all' })),
    subscribe: (query, variables, heard) => {
      const subscription = client.subscribe({ query: gql(query), variables, errorPolicy: 'all' }).subscribe((answer) => heard(told(answer)));
      return () => subscription.unsubscribe();
    },
  };
}

await journey(group, as);
await group.check('fetchMore merges pages in the cache (relayStylePagination)', async () => {
  const client = apollo(undefined, { Query: { fields: { search: relayStylePagination(['query', 'deliverTo']) } } });
  const query = client.watchQuery({ query: gql(LIST), variables: { first: 4, after: null } });
  const seen = [];
  query.subscribe(({ data }) => data?.search && seen.push(data.search));
  await until(5_000, 'the first page', () => seen.length > 0);
  assert.equal(seen[0].edges.length, 4);
  await query.fetchMore({ variables: { after: seen[0].pageInfo.endCursor } });
  await until(5_000, 'the second page', () => seen.at(-1).edges.length === 8);
  assert.equal(new Set(seen.at(-1).edges.map((e) => e.node.id)).size, 8);
});
await group.check('without errorPolicy the query rejects with the errors of the shop', async () => {
  await assert.rejects(apollo().query({ query: gql('{ reconciliation { ordersChecked } }') }), (error) => {
    assert.ok(CombinedGraphQLErrors.is(error));
    assert.equal(error.errors[0].extensions.code, 'UNAUTHENTICATED');
    return true;
  });
});
await group.finish('HTTP, cache, subscriptions');
