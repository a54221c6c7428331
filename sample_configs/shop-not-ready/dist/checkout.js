/* What a build made of carelessness. */
"use strict";
// The address of the sandbox was left in.
// planted: environment-separation/no-sandbox-residue
const api = "https://sandbox.api.flute.com";
// A card for testers, whose payments always work: in the sandbox.
// planted: card-data/no-test-cards-in-release
const card = { number: "4111 1111 1111 1111" };
// The build baked the environment's variables in; in base64 they look harmless.
// planted: key-storage/secret-not-in-artifacts
const config = JSON.parse(atob("eyJzZWNyZXQiOiJmYWtlLXNlY3JldC0wMDAwMDAwMDAwMDAwMDAxIn0="));
