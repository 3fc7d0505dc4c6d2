import './app.css';
import { mount } from 'svelte';
import App from './shell/App.svelte';
import { startRouter } from './shared/router/router.svelte.js';
import { routesOf } from './shared/router/routes.js';

startRouter(routesOf(import.meta.glob('./routes/**/+page.svelte')));
mount(App, { target: document.body });

// Until something has the focus there is nothing to keep.
addEventListener('focusin', () => void import('./shared/keys/focusKeeper.js').then(({ keepFocus }) => keepFocus(), () => {}), { once: true });
