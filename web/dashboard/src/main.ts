import './app.css';
import { mount } from 'svelte';
import App from './shell/App.svelte';
import { startRouter } from './shared/router/router.svelte.js';
import { routesOf } from './shared/router/routes.js';

startRouter(routesOf(import.meta.glob('./routes/**/+page.svelte')));
mount(App, { target: document.body });

// Until somebody does something there is no focus to keep.
let keeping: Promise<unknown> | undefined;
for (const deed of ['keydown', 'click'])
  addEventListener(deed, () => (keeping ??= import('./shared/keys/focusKeeper.js').then(({ keepFocus }) => keepFocus(), () => {})), { once: true, capture: true });
