// Starts `petiole lsp` for YAML and rhai files; which of them are rules, the server says.
const { workspace } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const command = workspace.getConfiguration("petiole").get("path");
  const server = { command, args: ["lsp"], transport: TransportKind.stdio };
  const documentSelector = [
    { scheme: "file", language: "yaml" },
    { scheme: "file", pattern: "**/*.rhai" },
  ];
  client = new LanguageClient("petiole", "petiole", server, { documentSelector });
  return client.start();
};

exports.deactivate = () => client && client.stop();
