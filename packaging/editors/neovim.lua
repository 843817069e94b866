-- petiole for Neovim 0.8 and later: put this file into `after/ftplugin/yaml.lua` of your configuration, or `dofile` it there.
vim.lsp.start({
  name = "petiole",
  cmd = { "petiole", "lsp" },
  root_dir = vim.fs.dirname(vim.fs.find({ "rules", ".git" }, { upward = true })[1]) or vim.fn.getcwd(),
})
