// Has an open page look at itself again when the service says that something changed, and only while it is seen: a
// browser lets a service have few connections, and hidden pages are to leave them to others.
(() => {
  let heard = null;
  const look = () => htmx.trigger('#live', 'changed');
  const listen = again => {
    if (!document.getElementById('live')) return;
    if (document.hidden) {
      heard?.close();
      heard = null;
    } else if (!heard) {
      heard = new EventSource('/live');
      heard.addEventListener('changed', look);
      if (again) look();
    }
  };
  document.addEventListener('visibilitychange', () => listen(true));
  listen(false);
})();
