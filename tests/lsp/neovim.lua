-- What an editor shows of petiole, as JSON in the file that PETIOLE_SHOWN names. Waits for things, never for time.
local shown = {}
local patience = tonumber(vim.env.PETIOLE_PATIENCE_MS)
local root = vim.fn.getcwd()
local orders = root .. "/rules/pipelines/orders.yaml"

local function finish(message)
  shown.error = message
  vim.fn.writefile({ vim.fn.json_encode(shown) }, vim.env.PETIOLE_SHOWN)
  vim.cmd("qa!")
end

local function await(what, holds)
  if not vim.wait(patience, holds, 10) then
    finish("waited in vain for " .. what)
  end
end

local ok, problem = pcall(function()
  local client = vim.lsp.start_client({
    name = "petiole",
    cmd = { vim.env.PETIOLE, "lsp" },
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = "rules" } },
  })
  vim.cmd("edit " .. orders)
  local buffer = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(buffer, client)
  await("the server", function()
    return vim.lsp.get_client_by_id(client) and vim.lsp.get_client_by_id(client).initialized
  end)

  local function place(text)
    for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
      local from = line:find(text, 1, true)
      if from then
        return number - 1, from - 1
      end
    end
    error("there is no " .. text)
  end
  local function ask(method, more)
    local row, column = place(more.at)
    local params = vim.tbl_extend("force", {
      textDocument = { uri = vim.uri_from_bufnr(buffer) },
      position = { line = row, character = column + (more.behind or 0) },
    }, more.params or {})
    local answers = vim.lsp.buf_request_sync(buffer, method, params, patience)
    return answers and answers[client] and answers[client].result
  end

  -- Typing: a table that is not there.
  local row, column = place("via table order_status")
  local start = column + #"via table order_status"
  vim.api.nvim_buf_set_text(buffer, row, start, row, start, { "es" })
  local function errors()
    return vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.ERROR })
  end
  await("a finding", function() return #errors() > 0 end)
  shown.finding = { code = errors()[1].code, message = errors()[1].message, row = errors()[1].lnum, wanted = row }
  vim.api.nvim_buf_set_text(buffer, row, start, row, start + 2, { "" })
  await("the finding to go", function() return #errors() == 0 end)

  shown.hover = ask("textDocument/hover", { at = "leaflink.payment_term <->", behind = 12 }).contents.value

  local line = place("leaflink.payment_term <->")
  vim.api.nvim_buf_set_lines(buffer, line + 1, line + 1, false, { "    - leaflink.paym" })
  local items = ask("textDocument/completion", { at = "    - leaflink.paym", behind = 19 })
  -- The line above begins alike.
  local found = vim.lsp.buf_request_sync(buffer, "textDocument/completion", {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    position = { line = line + 1, character = 19 },
  }, patience)[client].result
  shown.completion = vim.tbl_map(function(item) return item.label end, found.items or found)
  vim.api.nvim_buf_set_lines(buffer, line + 1, line + 2, false, {})

  local edit = ask("textDocument/rename", { at = "via table payment_terms", behind = 12, params = { newName = "terms" } })
  vim.lsp.util.apply_workspace_edit(edit, "utf-16")
  shown.renamed = {}
  for _, opened in ipairs(vim.api.nvim_list_bufs()) do
    local text = table.concat(vim.api.nvim_buf_get_lines(opened, 0, -1, false), "\n")
    local name = vim.api.nvim_buf_get_name(opened)
    if name ~= "" and (text:find("table: terms", 1, true) or text:find("via table terms", 1, true)) then
      table.insert(shown.renamed, name:sub(#root + 2))
    end
  end
  table.sort(shown.renamed)
  -- What the edit opened is the server's to know, too.
  for _, opened in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(opened) ~= "" then
      vim.lsp.buf_attach_client(opened, client)
    end
  end
  await("no finding after the new name", function() return #errors() == 0 end)
  vim.lsp.stop_client(client)
end)
finish(ok and vim.NIL or tostring(problem))
