-- A store as schema 10 wrote it: a service of examples/quickstart with a rule that asks for a link, killed at work:
-- two orders linked, one that waits for a link, one entry of the inbox, one create unanswered, one order put off.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE hint (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, source TEXT NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    version TEXT, first INTEGER NOT NULL
);
INSERT INTO hint VALUES(1,1795888924313624650,'sweep','shop','order','1','2026-11-28T18:02:04.045951Z',0);
INSERT INTO hint VALUES(2,1795888924313624650,'sweep','shop','order','2','2026-11-28T18:02:04.071076Z',0);
INSERT INTO hint VALUES(3,1795888924313624650,'sweep','shop','order','3','2026-11-28T18:02:04.095973Z',0);
INSERT INTO hint VALUES(4,1795888924356844617,'sweep','shop','order','1',NULL,1);
INSERT INTO hint VALUES(5,1795888924356844617,'sweep','shop','order','3',NULL,1);
INSERT INTO hint VALUES(6,1795888925381553945,'poll','depot','parcel','parcel-1','2026-11-28T18:02:04.716409Z',0);
INSERT INTO hint VALUES(7,1795888925381553945,'poll','depot','parcel','parcel-2','2026-11-28T18:02:04.915785Z',0);
INSERT INTO hint VALUES(8,1795888928406701740,'poll','depot','parcel','parcel-3','2026-11-28T18:02:08.11481Z',0);
INSERT INTO hint VALUES(9,1795888931376823689,'poll','shop','order','4','2026-11-28T18:02:11.129068Z',0);
INSERT INTO hint VALUES(10,1795888931376823689,'poll','shop','order','5','2026-11-28T18:02:11.140688Z',0);
INSERT INTO hint VALUES(11,1795888931426591980,'poll','depot','parcel','parcel-4','2026-11-28T18:02:11.395866Z',0);
CREATE TABLE seen (
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL,
    PRIMARY KEY (account, record, id)
) WITHOUT ROWID;
INSERT INTO seen VALUES('depot','parcel','parcel-1','2026-11-28T18:02:04.716409Z');
INSERT INTO seen VALUES('depot','parcel','parcel-2','2026-11-28T18:02:04.915785Z');
INSERT INTO seen VALUES('depot','parcel','parcel-3','2026-11-28T18:02:08.11481Z');
INSERT INTO seen VALUES('depot','parcel','parcel-4','2026-11-28T18:02:11.395866Z');
INSERT INTO seen VALUES('shop','order','1','2026-11-28T18:02:04.045951Z');
INSERT INTO seen VALUES('shop','order','2','2026-11-28T18:02:04.071076Z');
INSERT INTO seen VALUES('shop','order','3','2026-11-28T18:02:04.095973Z');
INSERT INTO seen VALUES('shop','order','4','2026-11-28T18:02:11.129068Z');
INSERT INTO seen VALUES('shop','order','5','2026-11-28T18:02:11.140688Z');
CREATE TABLE work (
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    hint INTEGER NOT NULL, state TEXT NOT NULL, source TEXT NOT NULL,
    since INTEGER NOT NULL, due INTEGER NOT NULL, first INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, reason TEXT,
    PRIMARY KEY (account, record, id)
) WITHOUT ROWID;
INSERT INTO work VALUES('depot','parcel','parcel-3',8,'parked','retry',1795888943501355792,1795888943501355792,0,0,NULL);
INSERT INTO work VALUES('depot','parcel','parcel-4',11,'flight','poll',1795888931426591980,1795888931426591980,0,0,NULL);
INSERT INTO work VALUES('shop','order','4',9,'flight','poll',1795888931376823689,1795888931376823689,0,0,NULL);
INSERT INTO work VALUES('shop','order','5',10,'pending','poll',1795888931376823689,1795888935597155306,0,3,'depot: failed for now with status 503: page 1 of GET /parcels?order_ref=5&limit=50, after 0 rows: no reason given');
CREATE TABLE cursor (
    account TEXT NOT NULL, record TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (account, record)
) WITHOUT ROWID;
INSERT INTO cursor VALUES('*','notified',1795888928501355792);
INSERT INTO cursor VALUES('*','sweep',1795888924303370995);
INSERT INTO cursor VALUES('*','sweep-whole',1795888924303370995);
INSERT INTO cursor VALUES('depot','parcel',1795888931395866000);
INSERT INTO cursor VALUES('shop','order',1795888931140688000);
CREATE TABLE link (
    pipeline TEXT NOT NULL,
    left_account TEXT NOT NULL, left_id TEXT NOT NULL,
    right_account TEXT NOT NULL, right_id TEXT NOT NULL,
    since INTEGER NOT NULL, base TEXT NOT NULL, by_hand INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (pipeline, left_account, left_id, right_account, right_id)
) WITHOUT ROWID;
INSERT INTO link VALUES('parcels','shop','1','depot','parcel-2',1795888924918863506,X'8d8cb10ac24010447f65192cf70a2d83087e81f6478a8b2e22ca2adca60847fe3d7b9736459a5d6698f70ac2851e3f3551431763c4351cc10507458713e6bee7cdb260987c913f23911f76c9a846eb738cab385b7a896b714fef2718b7bf689537d4d2f0156a93dc8073a8c96427302f',0);
INSERT INTO link VALUES('parcels','shop','3','depot','parcel-1',1795888924720473995,X'8d8d310a02410c45af123e9619710b9b452cbc80f6c316b31a4494284cb69061ef6e66ac17b64948f8effd8270a4eb5b4dd4d0c718710a1db860a3e8d16df73bccc3c04bff82f1ebb9fc9c887cb0ab2635fa2f27b9eab3a5bbb81c97f4b88171fe88d68a865a1a5f422d921b7008f5325909cc3f',0);
CREATE TABLE intent (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL, pipeline TEXT NOT NULL,
    cause_account TEXT NOT NULL, cause_record TEXT NOT NULL, cause_id TEXT NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT, action TEXT NOT NULL,
    fields TEXT NOT NULL, lines TEXT NOT NULL, generation INTEGER NOT NULL,
    at INTEGER NOT NULL, state TEXT NOT NULL
);
INSERT INTO intent VALUES(1,'6e5454feb33faf33e8f36d155dd1c491351871277f946aa500bc7352cf16690e','parcels','shop','order','3','depot','parcel',NULL,'create','{"content":[{"count":{"$n":"1.50"},"sku":"B-1"}],"order_ref":3,"receiver":"Cleo"}','{"$p":"1c60f00df01c483e9850d5c52e102e02"}',1,1795888924413538722,'done');
INSERT INTO intent VALUES(2,'7f993f36e2202084f428d5fc8a301341d34c37709191bb3a11c07d3000ad0d2e','parcels','shop','order','1','depot','parcel',NULL,'create','{"content":[{"count":{"$n":"2"},"sku":"A-1"}],"order_ref":1,"receiver":"Ada"}','{"$p":"1c60f00df01c483e9850d5c52e102e02"}',1,1795888924518880792,'done');
INSERT INTO intent VALUES(3,'212f646a5b8b8bc2523dbd71301237628356729ee98b9b8806232ebf690e00c5','parcels','shop','order','4','depot','parcel',NULL,'create','{"content":[],"order_ref":4,"receiver":"Dan"}','{"$p":"86604c7892185c8bf7a09bfe4ae71b51"}',1,1795888931387260363,'open');
CREATE TABLE history (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    what TEXT NOT NULL, detail TEXT NOT NULL, lines TEXT NOT NULL
);
INSERT INTO history VALUES(1,1795888924720508196,'shop','order','3','created depot.parcel/parcel-1','{"content":[{"count":{"$n":"1.50"},"sku":"B-1"}],"order_ref":3,"receiver":"Cleo"}','{"$p":"1c60f00df01c483e9850d5c52e102e02"}');
INSERT INTO history VALUES(2,1795888924720515482,'depot','parcel','parcel-1','created depot.parcel/parcel-1','{"content":[{"count":{"$n":"1.50"},"sku":"B-1"}],"order_ref":3,"receiver":"Cleo"}','{"$p":"1c60f00df01c483e9850d5c52e102e02"}');
INSERT INTO history VALUES(3,1795888924918887383,'shop','order','1','created depot.parcel/parcel-2','{"content":[{"count":{"$n":"2"},"sku":"A-1"}],"order_ref":1,"receiver":"Ada"}','{"$p":"1c60f00df01c483e9850d5c52e102e02"}');
INSERT INTO history VALUES(4,1795888924918894669,'depot','parcel','parcel-2','created depot.parcel/parcel-2','{"content":[{"count":{"$n":"2"},"sku":"A-1"}],"order_ref":1,"receiver":"Ada"}','{"$p":"1c60f00df01c483e9850d5c52e102e02"}');
CREATE TABLE park (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    pipeline TEXT NOT NULL, field_group TEXT,
    since INTEGER NOT NULL, attempts INTEGER NOT NULL, next INTEGER NOT NULL,
    dropped INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
    rule_file TEXT NOT NULL, rule_line INTEGER NOT NULL,
    candidates TEXT NOT NULL, vals TEXT NOT NULL
, shown TEXT NOT NULL DEFAULT '[]', unpaired TEXT);
INSERT INTO park VALUES(1,'depot','parcel','parcel-3','parcels',NULL,1795888928501355792,0,1795888943501355792,0,'its counterpart belongs to another','counterpart-taken','shop `order` 1 is linked with depot `parcel` parcel-2 already, and parcel-3 claims the same `number`','rules/parcels.yaml',4,'[]','{"content":[],"id":"parcel-3","order_ref":1,"receiver":"receiver","stage":"Void","touched":{"$t":"2026-11-28T18:02:08.11481Z"}}','[]',NULL);
CREATE TABLE wait (
    park INTEGER NOT NULL REFERENCES park (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (park, position)
) WITHOUT ROWID;
CREATE TABLE generation (number INTEGER PRIMARY KEY, hash TEXT NOT NULL, since INTEGER NOT NULL);
INSERT INTO generation VALUES(1,'4dee317fcba4b51d953e90613bd33e7ba8997a727a58a5fc77ebb34ef4a5a83b',1795888924282070929);
CREATE TABLE rule_text (position INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL);
INSERT INTO rule_text VALUES(0,'rules/accounts.yaml',replace('accounts:\n  shop:\n    system: shop\n    base_url: ${SHOP_URL}\n    secrets:\n      key: ${SHOP_KEY}\n  depot:\n    system: depot\n    base_url: ${DEPOT_URL}\n    secrets:\n      key: ${DEPOT_KEY}\n','\n',char(10)));
INSERT INTO rule_text VALUES(1,'rules/depot.yaml',replace('# What the depot''s API offers.\nsystem: depot\n\nhttp:\n  auth: X-Key = {secrets.key}\n\npaging:\n  style: next_url\n  rows: results\n  next: next\n  size: limit = 50\n\nrecords:\n  parcel:\n    key: id\n    modified: touched\n    fields:\n      id: text, read only\n      order_ref: integer, required on create\n      receiver: text, required on create\n      stage: enum [Open, Packed, Sent, Void], read only\n      touched: timestamp, read only\n      content[].sku: text\n      content[].count: decimal\n    calls:\n      read: GET /parcels/{id}\n      changed: GET /parcels?touched__gte={since}\n      list: GET /parcels\n      find by order_ref: GET /parcels?order_ref={order_ref}\n      create: POST /parcels\n      update: PATCH /parcels/{id}\n    states:\n      field: stage\n      initial: Open\n      moves:\n        - Open -> Packed: by people\n        - Packed -> Sent: by people\n        - Open, Packed -> Void: POST /parcels/{id}/void\n','\n',char(10)));
INSERT INTO rule_text VALUES(2,'rules/ownership.yaml',replace('ownership:\n  parcels:\n    create: shop\n    what: shop\n    stage: both\n','\n',char(10)));
INSERT INTO rule_text VALUES(3,'rules/parcels.yaml',replace('pipeline: parcels\nabout: A paid order of the shop becomes a parcel of the depot; the depot says when it is sent.\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\n\ncreate:\n  depot: shop.state == "Paid" and (shop.follows == null or linked("parcels", shop.follows))\n\nfields:\n  what:\n    - shop.number              -> depot.order_ref   on create\n    - shop.buyer ?? "somebody" -> depot.receiver    on create\n    - shop.lines[] -> depot.content[] by [sku]:\n        - .sku   -> .sku\n        - .count -> .count\n  stage:\n    - shop.state <-> depot.stage   via table stages\n\n','\n',char(10)));
INSERT INTO rule_text VALUES(4,'rules/shop.yaml',replace('# What the shop''s API offers. An invented system; yours would be written from its documentation.\nsystem: shop\n\nhttp:\n  auth: X-Key = {secrets.key}\n\npaging:\n  style: next_url\n  rows: results\n  next: next\n  size: limit = 50\n\nrecords:\n  order:\n    key: number\n    modified: changed_at\n    fields:\n      number: integer, read only\n      state: enum [New, Paid, Cancelled, Sent], read only\n      buyer: text, read only\n      follows: integer, read only\n      changed_at: timestamp, read only\n      lines[].sku: text, read only\n      lines[].count: decimal, read only\n    calls:\n      read: GET /orders/{number}\n      changed: GET /orders?changed_at__gte={since}\n      list: GET /orders\n    states:\n      field: state\n      moves:\n        - New -> Paid: by people\n        - New, Paid -> Cancelled: by people\n        - Paid -> Sent: POST /orders/{number}/sent\n','\n',char(10)));
INSERT INTO rule_text VALUES(5,'rules/stages.yaml',replace('table: stages\nabout: What a state of the shop''s order is for the depot, and back.\nbetween: [shop.order.state, depot.parcel.stage]\nrows:\n  - Paid        ->  Open      on create\n  - Cancelled   ->  Void      from Open, Packed\n  - Cancelled   ->  park      from Sent            because it is on its way already\n  - Sent        ->  park      from Open, Packed    because the shop says sent and the depot has it still\n  - otherwise   ->  nothing   because the depot packs in its own time\n  - nothing     <-  Open      because every parcel begins so\n  - Sent        <-  Sent      from Paid\n  - park        <-  Void      from New, Paid       because the shop cannot be told by a call\n  - nothing     <-  otherwise because the shop only wants to know when it is sent\n\n','\n',char(10)));
CREATE TABLE unlisted (
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (account, record, id)
) WITHOUT ROWID;
CREATE TABLE seen_field (
    account TEXT NOT NULL, record TEXT NOT NULL, field TEXT NOT NULL,
    listed INTEGER NOT NULL, read INTEGER NOT NULL, sparse INTEGER NOT NULL, witnesses TEXT NOT NULL,
    PRIMARY KEY (account, record, field)
) WITHOUT ROWID;
INSERT INTO seen_field VALUES('depot','parcel','content[].count at count',1,1,0,'["parcel-1","parcel-2"]');
INSERT INTO seen_field VALUES('depot','parcel','content[].sku at sku',1,1,0,'["parcel-1","parcel-2"]');
INSERT INTO seen_field VALUES('depot','parcel','order_ref',1,1,0,'["parcel-1","parcel-2","parcel-3"]');
INSERT INTO seen_field VALUES('depot','parcel','receiver',1,1,0,'["parcel-1","parcel-2","parcel-3"]');
INSERT INTO seen_field VALUES('depot','parcel','stage',1,1,0,'["parcel-1","parcel-2","parcel-3"]');
INSERT INTO seen_field VALUES('shop','order','buyer',1,1,0,'["1","2","3"]');
INSERT INTO seen_field VALUES('shop','order','follows',1,1,0,'["1","2","3"]');
INSERT INTO seen_field VALUES('shop','order','lines[].count at count',1,1,0,'["1","3"]');
INSERT INTO seen_field VALUES('shop','order','lines[].sku at sku',1,1,0,'["1","3"]');
INSERT INTO seen_field VALUES('shop','order','number',1,1,0,'["1","2","3"]');
INSERT INTO seen_field VALUES('shop','order','state',1,1,0,'["1","2","3"]');
CREATE TABLE owner (token TEXT NOT NULL);
INSERT INTO owner VALUES('27536-8c8279cdd0dcc07c2c8c9ef5bf2bd7ab');
CREATE TABLE tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO tally VALUES('links',2);
CREATE TABLE part (
    number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, value NOT NULL
);
INSERT INTO part VALUES(1,X'8b489e4b20a74af2101d049c3ab49b09',1795888924349019629,X'8d91c10ac2301044ff65f018abb1162147fb075e45a4a4db1a8c8924a92021ff6e72d583b9cdc263766736a277340482889814e9d11725ad096402c43942daa5a8889581006fba2d1283bf2f793aae39d285c1ba91dcd5d104d1323892a45ee432d06bb205d7ca5076ce7693d27919dca2c96f9e8393a47df31e1e1a0c8582d827566ef9871dea30ce2bb95d25d7567295317857e9f79bd78761a6aff2baf20eafc6d2f149cdb780943e');
INSERT INTO part VALUES(2,X'626deb7122ecd9c02ab6a93726a463ca',1795888924349019629,X'8dd0b10a80300c04d07fc95c94aa45f057c42148944214697410e9bfeb6c979bef7170373eb444151a285d2a561f9c6651ab6ede941c69dcbfaccb0e613dc6bc075d03ba1674e00c1fc0be72af9dbccaefbc90a717');
INSERT INTO part VALUES(3,X'd6f5251a0e341847d823288501b08aa1',1795888924353472443,X'8dd1c10a02211006e077f9e96885d512788bdea06b44c83abb49e686ba4188ef9e73ad43defec3c7af3393710ca41341650c969c899cfac927f209ea9cd14f33a78c8587c2064520dee71a0f4b8972119882a1700d34404981403dd917050646b376d6536dad558375f52184d9515c3f75e8c9c5d55b3f1c045841ed8ae07ffc63fb362665a3db34ba6da36b1c43768d7dbff3c6a447fa5a5ec7d788d6f08e4f76bc2594f201');
INSERT INTO part VALUES(4,X'1c60f00df01c483e9850d5c52e102e02',1795888924413538722,X'75ce310a80300c85e1bb6416256a11bc8a3804092e11a46987debe4ba14bdffaf1e0fd17c56ceacb2ff151f3b9c867e74ed3888f3133035f816fc0c12d07b0ef3d9ee4d5161fe8ae');
INSERT INTO part VALUES(5,X'424869b1341f2fc443f3a2016cee5c9d',1795888924724514563,X'ad8eb10ec2300c447f253a313a880e2c1562e00bd8ab0e69494b459448c41950947f27090889a15b17dbb2cfef2e429ec5e82c6bcb682386175af84710221712a30b96c5a78130b930dfb3ce066308464f79ee3a5c64038ad8d9fcdbec8f07a4be273c97aa5dbdfb6a5950894a0acf6ad6bf0cac06a345ddf915675cd572cbb7af512111fea8275908bc2935bd01');
INSERT INTO part VALUES(6,X'dbcfa7f04c1d64bc10c5d8588ce25a75',1795888924724514563,X'ad4f3d0bc23010fd2be1e1988a1d5c8a38f807141c4b87b45e6b31a4622e8394fc772f5104876e2ef7f9eebd7733cec46c09d58cd6f89c8bbdea26c7e4384f9fa8e06f4129095a755370acde091afd1486abe05cb056c3522f755de35094d033564e6ecbf57683d8341a8f316317f73e4b26aaa8212e3c9b213b6a930736ad2595677e411927335e64f711c2f14e4eda1fde5d913898bebffd8537c6f802');
INSERT INTO part VALUES(7,X'fc0461fbaa60756155c9d7e3ba4cdcc5',1795888924724514563,X'8dce3b0a80301045d1bd4c1dfca022b815b1186494c05324a38548f66eeaa499fa9ee2ce1f6d1e42138507a2f5c5611568f5f20172047fa6d676d1995c6f7483d18d85d39b77c9f79ab8fc');
INSERT INTO part VALUES(8,X'65797a1b4745c24c07ed599865e5c671',1795888924921997344,X'ad8db10a02310c865f25fc38a6838e8708be81fb7143efec9d87a5059b0e52faeeb6550441379724247fbe2f411d68f24e8c137409e31d1dc2351295c234f9e8849e0d8cd9c7e552722e5acbb0662e73dfe3a8b6e0848d2bbf3be46160dcd616fc7e0c4d562199ab3f885eccdb2e7ab486da2efc70e2a4d773b9bd2c95c4f8a0ee5525c85fa9f901');
INSERT INTO part VALUES(9,X'0ac1ebb64598c048a73b58adeb3e63ea',1795888924921997344,X'ad8fbf0ac23010c65f257c38a6838e45049f40c1b17448ebb516432ae63248c8bb7b892208ba75b9fff7fdee224ec46c097544677cf1d54ef5b363725caa0fd4f0d7a09418adfa3938562f078d610ee345e65cb056c3d22071d3605fada123564e7637486dab719fcae0efa62fb02c923484efd98ce5962ed3d9749654a9f93f4c1ccd7496de9b82c38d9ca45fbadb2a6b307dbe5a4437a5f404');
INSERT INTO part VALUES(10,X'1602b9d34bac28f6b1b163edb194eff8',1795888928499343177,X'85525d4f833014fd2f377b040364e8c69bcfce688c4f2e64e9cadd20c396d0766621fdef9e0efcd6f8d673d39eafdbf57aa00796baafa8184848a99db25450c59db61451833975a297dcc619703fdd9d66e47df44660a80099d4ca72a0389fcf6403cd142833f2119983c3f13a4ec9973fd96183fb4dcf3b2ad2887a96dc1cb90f0f2a017163c59e81ee3a5680563b59330c42c0629c25d9659ca671b6784c17459215c9fc6299e6578bfc093e4b08c2d3adb0b2fe9ad5d4ba035dd774dc368ac1340636189aa60a8315ef421ba6511250b9b68de8285a074088f2bd84ad3b7db22d6ba1f65c6d044c0e34b310f8cd6a32cf97790aab11ed74dbea17143a2a055700703fad67f8b351e59eb7411af5a12d1bfcdd0b2cd14ff1578d3a8c957dec7aca8f5b05c244a46d1d28deffc0bfc5f890ff864f08363687afe2cbf215');
INSERT INTO part VALUES(11,X'ad9e0edee4e0b10175d68bacf3bb67b2',1795888928499343177,X'35904daac3300c84af22b476dfe3fdac729552886aab89a96205cb6e29a577af4ac86a40cc7cd2e8f8c44825e5448d0d87e32960d4c438b8f4d2b8ae54dba1d1950b069caaf61587d245024a2e8cc3132f595cb17661fb767b64b1af072de281cdf3ff0ab8b0194d1fa3cdbac2a835711de107b281bbae9ce09edb0c89576d306e9c11363dfc0249654a8f007eed3efd83289417833633182d0c63e9cbd9b9be5a4bf46d1712e3809e352dde2a3783a87d6f0667162d9313d4c1ea9cead15e56ca95d3def446d2f7efdcc9119f47bd4e6f');
INSERT INTO part VALUES(12,X'bbbcdb6c36b140297166ddf7ca5a3f8c',1795888931385579232,X'8dd0bd0a02311004e077993a28e70f425a7d02db43245ce6ce40ccc9260a72e4dd4db0d326dd16df0ebbb3e0283489d00b46476f639d8639248604dd5f1466b194ab7084de290807ba17051a27139015bc0b2c5b7d0df02508f2f48ceb8791813eaedee6eef1552520ab167668635dd7e8368d6edbe8feef8bc94cfc79769f4b7bd1d9dac9d94db7849c3f');
INSERT INTO part VALUES(13,X'c0a9051d6d3c5b30a0843a07794282c8',1795888931385579232,X'8dcf3b0a80301084e1bb6c1d94f840f02a62b1c82a815524ab8548eeae75d24c3d5f31fff4d21a5468a478ab587d725c44ad7a785772a4e1f8b72e39840d18f31e740de85ad095ffece24db2d83ecd1f');
INSERT INTO part VALUES(14,X'86604c7892185c8bf7a09bfe4ae71b51',1795888931387260363,X'75ce3d0ac0200c40e1bb642e2df6878257118720c12582181dbcbd8be062d66f783c07a531c995b10462393b26b62f1c3bfef76c8ce2b7e28fe2ab2f1523cd990ffc00');
CREATE TABLE IF NOT EXISTS "decision" (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, pipeline TEXT NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    generation INTEGER NOT NULL, situation TEXT NOT NULL, settings TEXT NOT NULL, outcome TEXT NOT NULL
);
INSERT INTO decision VALUES(1,1795888924349019629,'parcels','shop','order','3',1,X'4d50cb6ec23010fc97558f0625a1b4e0637b6da50af55484d0622f24c2d8516c175551febdbb51a03d8e3daf9d1eb0c52e813ea28ba400e399ec1d1d3012689f9d53606af427f983373a265060e982decacba43d057f67d7e4d866bb53e084ad7b38e41fea40c3aba3c0eac96e8f9cddc343e29faaa89e666539ab569fe54a17952e1ee7c57ab97e5e7cc1a0e0189c0bd778ebe31a4f0cb63d98903deb7b78f0ec52ce9785d0e339337a999530700b9f2f07895f28880913f7840f6cac10a5e01ecde402b10e2df7bba065921cd0115a09e2a4774ca6063ee68f6ea90db246dbb4249538930735e4229bc4464c60d39c6ae1c4c61b36f5e39edfe8320358c030a81e36644237e6ec861d17ee46cdb4fd08fe75bc85c62b510b3a7599865f','{}',X'35ce410e83201085e1bb4cba74814850b84ad3980186d604c1c8b832debdb6b6eb97f7e5df214c159f2bd14c992bd8fba3018a913c83dde1b68085c1a9c190725260af30ca56b44128e33b74ca3861e0682051e41153c9741169ca746a3f414b1dc8f5ad94e483f142a2d368ba5e6a54baf3f8154ae5eb9b0b8f1ed775a200366f293550b92c27f789dbf28cec5fffed7803');
INSERT INTO decision VALUES(2,1795888924353472443,'parcels','shop','order','1',1,X'4d90c16ec2301044ff65c5d154490415f58d7b2b55a8a72284167b21118e1dc5765115e5dfbb1b05cacd6bcfce3ccf00d8619f409fd1455280f14af6319d3012689f9d53606af4177983773a275060a9456fe566debd04ff50d7e4d8667f50e044ad0738e55fea41c3d6222fcf6e47e4e80116891faaa27a5d96e5b2da7c951b5d54ba58bd14abf5dbbafc8651c13938176ef18ee31a4f3cec0730217bde1f60e1c545b4f19af9b85d96303281cfed49a24b0531616246f8c4c68a50e08e68660b8875e818ae45cb2281ef09ada470cc072653037fe45f6ea90bd244d774243c9cc9651a72914d622326b06b2eb56862e30d9bfaa9cb1f74990760be510db02313fa29e7301e18b89f76e6dea7e189f11e1a6f441de8d4671aff00','{}',X'35ce410e83201085e1bb4cba742183227295a631230cad0982115c19ef5e5bdbf5cbfbf2efe0a64ccf9579e6583298fba302f69e6d01b3c36d01034ef9165b4135cb46e8a6731a256addd662ac359180a382c0be0c1452e48b0853e453fb090a95e3b113886c5d6f6ba451512f3b54d42869e92ba45cae6f4c65b0b4ae133b30710ba1825cd272729fb82dce54ecebbf1d6f');
INSERT INTO decision VALUES(3,1795888924411462613,'parcels','shop','order','3',1,X'4d50cb6ec23010fc97558f0625a1b4e0637b6da50af55484d0622f24c2d8516c175551febdbb51a03d8e3daf9d1eb0c52e813ea28ba400e399ec1d1d3012689f9d53606af427f983373a265060e982decacba43d057f67d7e4d866bb53e084ad7b38e41fea40c3aba3c0eac96e8f9cddc343e29faaa89e666539ab569fe54a17952e1ee7c57ab97e5e7cc1a0e0189c0bd778ebe31a4f0cb63d98903deb7b78f0ec52ce9785d0e339337a999530700b9f2f07895f28880913f7840f6cac10a5e01ecde402b10e2df7bba065921cd0115a09e2a4774ca6063ee68f6ea90db246dbb4249538930735e4229bc4464c60d39c6ae1c4c61b36f5e39edfe8320358c030a81e36644237e6ec861d17ee46cdb4fd08fe75bc85c62b510b3a7599865f','{}',X'35ce410e83201085e1bb4cba74814850b84ad3980186d604c1c8b832debdb6b6eb97f7e5df214c159f2bd14c992bd8fba3018a913c83dde1b68085c1a9c190725260af30ca56b44128e33b74ca3861e0682051e41153c9741169ca746a3f414b1dc8f5ad94e483f142a2d368ba5e6a54baf3f8154ae5eb9b0b8f1ed775a200366f293550b92c27f789dbf28cec5fffed7803');
INSERT INTO decision VALUES(4,1795888924516836486,'parcels','shop','order','1',1,X'4d90c16ec2301044ff65c5d154490415f58d7b2b55a8a72284167b21118e1dc5765115e5dfbb1b05cacd6bcfce3ccf00d8619f409fd1455280f14af6319d3012689f9d53606af4177983773a275060a9456fe566debd04ff50d7e4d8667f50e044ad0738e55fea41c3d6222fcf6e47e4e80116891faaa27a5d96e5b2da7c951b5d54ba58bd14abf5dbbafc8651c13938176ef18ee31a4f3cec0730217bde1f60e1c545b4f19af9b85d96303281cfed49a24b0531616246f8c4c68a50e08e68660b8875e818ae45cb2281ef09ada470cc072653037fe45f6ea90bd244d774243c9cc9651a72914d622326b06b2eb56862e30d9bfaa9cb1f74990760be510db02313fa29e7301e18b89f76e6dea7e189f11e1a6f441de8d4671aff00','{}',X'35ce410e83201085e1bb4cba742183227295a631230cad0982115c19ef5e5bdbf5cbfbf2efe0a64ccf9579e6583298fba302f69e6d01b3c36d01034ef9165b4135cb46e8a6731a256addd662ac359180a382c0be0c1452e48b0853e453fb090a95e3b113886c5d6f6ba451512f3b54d42869e92ba45cae6f4c65b0b4ae133b30710ba1825cd272729fb82dce54ecebbf1d6f');
INSERT INTO decision VALUES(5,1795888924724514563,'parcels','shop','order','3',1,X'8d913d6bc3301086ffcb91d10996ed38b1c6762db443a7861264e9fc4114c9e8a3a198fcf79e5c533a74e86238737a9fe7ee66109370017827b4c70c84bfa0faa95ae111f80c9b0938544575ac9b969515eb8a4e5655d995a2c8592d11f7b25170cf400ec2f429009eb00b9081c2ab302afd5901bd351469a2d6190ca815f0d37b063a7513a88d9fe888f5a8d1d2eb35ee2cc262415f28f2a2de32b62d8eafecc8f382e7d52e6ff6cda17c4b029dd5dade3cf06f821e0d52719a41da68e8fd0c1b43f96cb7cf53bbbf44aa1eb60cee6461e2b54df832031f44204f7811e33258123c0bb9a6801fec447e57a1a8290de050a804a21437f64348bed29a8009fa4f3c9138d035246a12cac03a85eeecb0034e460e258e1f490fd6ed90634f78789ed0904cb0510e69d3336c024df5d7a60eacaef2863645b75a3c7fcda470b2e964fe8638010f2ee2fd0b','{}',X'35cecb0e82301085e17799b864d16a2fd85731864ca75325292da16545787731e8fae47cf9370863c5d7c23c716e15dce3d901c7c8d4c06d7099c141f014d146a14806a33c49413af4baef89af1aad86bd83c4b10d984ae6934863e643fb09918432327a4423ac36526bba07cb378f8a02d12994dace6f2e6d205c969103b8bca6d4416d653eb86fdc9a276cf4fe6ffb07');
INSERT INTO decision VALUES(6,1795888924921997344,'parcels','shop','order','1',1,X'8d913d6fc3201086ffcb29a35d19cbf8832d7ba576e8d4a88a309c3f140216e0469595ffde2389aa0e1dba2040c7fb3cdc6d2017e92388419a8019c87042fd73ea6540101bec161050f3a66b24ebaba6e2aaac54d1a0e65dd7d61cb9aa1b06d70cd424ed9802e019870819683c4babd3cd70078cce52a45d8dc96042a3411c3e3230a99a40fdfa859e587b2de9f123ed28e34d8256288bb2ce19cbcbf68db5a22845513d1515ef387b4ffcc119e32e01c41d60668b74386ca0dc6ae9fd063b4bf165aa0da795b6fb9cc4c9c0aee73ea1590621ca488ef02a679d0a93dc51aa470484c92d2477969a8a92bc47a9138552fc3c4e31c92a672326e27fd8841140635068f292a29dd7e88f1e0710a4e351e1fc99dce0de16f21b090d2f0b5aaa8e6e5553eaf006bb483ffaab451de34dcba94534a39be3afff685c5c1a55b8202e20a25ff1fa0d','{}',X'35ce410e83201085e1bb4cba74a14150b94ad39861185a130423e3ca78f7dadaae5ffe2f6f073f157caecc33272960ef8f0a38042601bbc36d010b3552c3ce99560f3dd56d8f9d72ba47cf4eb1518c70541039c8883127be8838253eb59f10cecc34c1219abad3a6d19a06dfb172d89227d25f2117b9da9465245cd7893dd8b4c5584191bc9cdce7dc9666147afdb7e30d');
INSERT INTO decision VALUES(7,1795888928499343177,'parcels','depot','parcel','parcel-3',1,X'4d504b6ec32010bdcba84b52196c598463545517adaa88cf605b2560016e1791efdea14da2ec86e17de7027ad5b982f23a1464a0cb17bafbcbe882a0e21602033beb38b53f7859a6b9020387671d5d5b5dc9538a77f88c81743e3e1904f4a4ff2fd2e693b6366d917650e6b492d0593be2356c46ed0aa80b3cada0808f9d3047d70f465b21fd68b8e1638fcef0e380de4bd819e4bf30c4b029566caa4d67216fa06216c3a12787941de653460f8a13072d2edf98c922df4606a5ea8962c05b2236839a363bb77214a6125274623c707e10f2954bd509d5c967ce07c9df61bfe578a8e6704ded48e50771bd1e74ff05','{}',X'35cc4d0e82301005e0bb4c5c12454550ae620c99b6afda6468495b168670774b0cdbf7f32d645ce2770446f89ca87fbe2a82b5d0997a3f8b5424b07960091eff569cc7365cc83a2919c559904e13470d49c72f8f42e55556d4376be124a4826db00f79d01ca383d9f594c354b4850e13f5c4e6811a066850ab737dee6ea6bd2bd6f6aa54dba90bad15cd7ee4ac3f3bb1fe00');
INSERT INTO decision VALUES(8,1795888931385579232,'parcels','shop','order','4',1,X'4d91cd6ac3301084df65e95129b109c1f5b9c7164ae8a9c184b5b4fea1b2242cb9a118bf7b778d93e6b8d2cc37abd10c18704c5036682329c0f84de63ed518094a3759ab4077e85ab983376a12283034a03372b2795befeeea8e2c63ce95022bea72867afaa5114a7845c7e68d76418e9ee129f145becf8fbb2cdbe5c5675694fbbcccb2e72c7fd91f8b2f581434de5a7f8db7756cef88074970d3500bfaa020264cc4ac0fec8d9824fc825afbc94944ec7ce0f0010d8bc43a121aa19c6778c7a43be045ffe586829797863e90e43198cbd2642343622f1038f56d279ad83bcd50b776f58376e2010eb02c6a8613693fae39d5527125e3ead97a5d87871d6fa1f14a14b69f58fe00','{}',X'35ce410e83201085e1bb4cba7481a2885ca569cc300cad0982115c19ef5e5bdbf5cbfbf2efe0a68ccf9579e6583298fba302f69ea980d9e1b680016b2d39ab482a5bb7a219fa5a29e77c4fd8a1f49ae0a820b02f238614f922c214f9d47e02091c44573be52475560a14ba9528fa7e681bdd90fe0a2997eb1b531909d7756207266e2154904b5a4eee13b7c5190bbdfedbf106');
CREATE TABLE link_wait (
    pipeline TEXT NOT NULL, on_left INTEGER NOT NULL, account TEXT NOT NULL, id TEXT NOT NULL, other TEXT NOT NULL,
    asking_account TEXT NOT NULL, asking_record TEXT NOT NULL, asking_id TEXT NOT NULL,
    asking_pipeline TEXT NOT NULL, asking_with TEXT NOT NULL,
    PRIMARY KEY (pipeline, on_left, account, id, other,
        asking_account, asking_record, asking_id, asking_pipeline, asking_with)
) WITHOUT ROWID;
INSERT INTO link_wait VALUES('parcels',0,'depot','9','shop','shop','order','2','parcels','depot');
INSERT INTO link_wait VALUES('parcels',1,'shop','9','depot','shop','order','2','parcels','depot');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('decision',8);
INSERT INTO sqlite_sequence VALUES('hint',11);
INSERT INTO sqlite_sequence VALUES('intent',3);
INSERT INTO sqlite_sequence VALUES('history',4);
INSERT INTO sqlite_sequence VALUES('park',1);
CREATE INDEX hint_target ON hint (account, record, id, number);
CREATE INDEX hint_at ON hint (at);
CREATE INDEX work_order ON work (first DESC, since, hint) WHERE state <> 'flight';
CREATE INDEX work_due ON work (due) WHERE state <> 'flight';
CREATE INDEX link_right ON link (pipeline, right_account, right_id);
CREATE INDEX intent_open ON intent (cause_account, cause_record, cause_id) WHERE state = 'open';
CREATE INDEX intent_key ON intent (key) WHERE state = 'open';
CREATE INDEX intent_at ON intent (at);
CREATE INDEX history_target ON history (account, record, id, number);
CREATE INDEX history_at ON history (at);
CREATE INDEX park_target ON park (account, record, id);
CREATE INDEX wait_value ON wait (account, record, field, value);
CREATE TRIGGER link_made AFTER INSERT ON link BEGIN UPDATE tally SET count = count + 1 WHERE name = 'links'; END;
CREATE TRIGGER link_gone AFTER DELETE ON link BEGIN UPDATE tally SET count = count - 1 WHERE name = 'links'; END;
CREATE INDEX link_by_hand ON link (pipeline) WHERE by_hand;
CREATE INDEX work_pending ON work (due) WHERE state = 'pending';
CREATE INDEX work_flight ON work (due) WHERE state = 'flight';
CREATE INDEX work_reason ON work (reason) WHERE reason IS NOT NULL;
CREATE INDEX park_shown ON park (number) WHERE dropped = 0;
CREATE INDEX part_used ON part (used);
CREATE INDEX decision_target ON decision (account, record, id, number);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX link_wait_asking ON link_wait (asking_account, asking_record, asking_id, asking_pipeline, asking_with);
COMMIT;
PRAGMA application_id = 1885697132;
PRAGMA user_version = 10;
