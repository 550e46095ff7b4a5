// Facebook's token answer stands behind the "#", which never reaches a server: hand it over by POST, after wiping it
// from the address bar and the history.
const form = document.querySelector("[data-fragment-landing]");
if (form) {
  form.elements.fragment.value = window.location.hash;
  window.history.replaceState(null, "", window.location.pathname);
  form.submit();
}
