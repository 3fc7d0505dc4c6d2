/** What stands exactly once in a module of Svelte, and what it becomes. */
export type Edit = readonly [stands: string | RegExp, becomes: string];

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const isOff = (flag: string): Edit => [`export let ${flag} = false;`, `export const ${flag} = false;`];
const without = (text: string): Edit => [text, ''];

/** From one text up to another, which stays. */
const part = (from: string, upTo: string, becomes = ''): Edit => [new RegExp(`${literal(from)}[\\s\\S]*?(?=${literal(upTo)})`, 'g'), becomes];
const method = (name: string): Edit => [new RegExp(`\\n\\t${literal(name)}\\([^\\n]*\\{\\n[\\s\\S]*?\\n\\t\\}\\n`, 'g'), '\n'];
const field = (name: string): Edit => [new RegExp(`\\n\\t${literal(name)} = [^\\n]*;(?=\\n)`, 'g'), ''];

/** By the end of a module's address: what Svelte's runtime has for other uses than ours. */
export const edits: Readonly<Record<string, readonly Edit[]>> = {
  // Pages are mounted, never taken over from what a server has drawn.
  '/internal/client/dom/hydration.js': [isOff('hydrating'), without('\thydrating = value;\n')],

  // Every component is in runes mode (svelte.config.js), none awaits in its markup, and no build is traced.
  '/internal/flags/index.js': [
    isOff('async_mode_flag'), without('\tasync_mode_flag = true;\n'), without('\tasync_mode_flag = false;\n'),
    isOff('legacy_mode_flag'), without('\tlegacy_mode_flag = true;\n'), isOff('tracing_mode_flag'), without('\ttracing_mode_flag = true;\n'),
  ],
  '/internal/client/reactivity/async.js': [
    ['if (async.length === 0 && pending.length === 0) {', 'if (true) {'], without('\tvar pending = blockers.filter((b) => !b.settled);\n'),
    ['const d = is_runes() ? derived : derived_safe_equal;', 'const d = derived;'],
  ],

  // So one batch of changes is drawn whole before the next begins: none waits, is merged with another, or is taken back.
  '/internal/client/reactivity/batch.js': [
    ...['linked', 'prev', 'next', 'async_deriveds', 'current', 'previous', 'is_fork'].map(field),
    ...['commit_callbacks', 'discard_callbacks', 'pending', 'blocking_pending', 'deferred', 'new_effects', 'dirty_reactions', 'skipped_branches', 'unskipped_branches', 'decrement_queued'].map((name) => field(`#${name}`)),
    ...['constructor', 'skip_effect', 'unskip_effect', 'activate', 'deactivate', 'discard', 'register_created_effect', 'increment', 'decrement', 'transfer_reactions', 'add_dirty_reaction', 'oncommit', 'ondiscard', 'settled', 'apply'].map(method),
    ...['is_deferred', 'is_skipped', 'find_earlier_batch', 'intersects', 'merge', 'defer_effects', 'commit', 'unlink'].map((name) => method(`#${name}`)),
    part('\t\tfor (const [e, status] of this.#dirty_reactions) {', '\t\t/** @type {Effect[]} */\n\t\tvar effects ='),
    without('\t\t\t\tthis.#unlink();\n'),
    without('\t\t\t\t\tif (!this.#is_deferred()) this.discard();\n'),
    part('\t\tif (this.#is_deferred()) {', '\t\tprevious_batch = this;'),
    without('\t\tthis.#deferred?.resolve();\n'),
    part('\t\tif (this.#pending === 0 &&', '\t\tif (next_batch !== null) {\n\t\t\told_values'),
    without(' || this.#skipped_branches.has(effect)'),
    without('\t\t\t\t\tif ((flags & BLOCK_EFFECT) !== 0) this.add_dirty_reaction(effect, MAYBE_DIRTY);\n'),
    part('\t\tif (source.v !== UNINITIALIZED && !this.previous.has(source)) {', '\t\t\tsource.v = value;', '\t\t{\n'),
    part('\t\t// defer render effects inside', '\t\tthis.#scheduled.push(effect);'),
    without('\n\t\t\tbatch_values = null;\n'),
  ],
  '/internal/client/reactivity/sources.js': [
    // No state is deep (eslint.config.js): what changes within an object or list is told by another one.
    ['should_proxy ? proxy(value) : value', 'value'],

    // None is read before its batch is drawn (`$state.eager`).
    part('\t\tif (!batch.is_fork && eager_effects.size > 0', '\t}\n\n\treturn value;'),
    ['var runes = is_runes();', 'const runes = true;'], without('\t\t\tis_runes() &&\n'), ['\t\tis_runes() &&\n\t\t(active_reaction.f &', '\t\t(active_reaction.f &'],
    ['if ((flags & EAGER_EFFECT) !== 0) {', 'if (false) {'],
  ],
  '/internal/client/reactivity/props.js': [
    ['runes && bindable ? proxy(value) : value', 'value'], ['var runes = !legacy_mode_flag || (flags & PROPS_IS_RUNES) !== 0;', 'const runes = true;'],
    ['var legacy_parent = props.$$legacy;', 'const legacy_parent = false;'], part('\t\tif (fallback_dirty) {', '\t\treturn fallback_value;'), without('\t\t\tfallback_dirty = true;\n'),

    // No component is mounted with state, and no property is bound to a store.
    part('\t\tvar is_entry_props', '\t}\n\n\t/** @type {V} */\n\tvar initial_value;', '\t\tsetter = get_descriptor(props, key)?.set;\n'), ['var is_store_sub = false;', 'const is_store_sub = false;'],
    part('\tif (bindable) {\n\t\t[initial_value, is_store_sub]', '\tif (initial_value === undefined && fallback !== undefined) {', '\tinitial_value = props[key];\n\n'),

    // Nothing writes to what is passed on (`bind:` asks for its setter).
    part('\tset(target, key, value) {\n\t\tlet i = target.props.length;', '\tgetOwnPropertyDescriptor(target, key) {\n\t\tlet i'),
  ],

  // Nothing asks for the signal of an effect (`getAbortSignal`), and no batch is a fork.
  '/internal/client/constants.js': [
    ['export const STALE_REACTION = new (class', 'export const STALE_REACTION = /* @__PURE__ */ new (class'],
    [/(?<=export const IS_XHTML =)[^;]*(?=;)/g, ' false'],
  ],
  '/internal/client/reactivity/deriveds.js': [
    part('\t\t\tif (e.ac !== null) {', '\t\t\t// make it a noop'), ['if (e.teardown || e.ac) {', 'if (e.teardown) {'],
    ['if (!current_batch?.is_fork || derived.deps === null) {', '{'], ['effect_tracking() || current_batch?.is_fork', 'effect_tracking()'],
  ],
  '/internal/client/runtime.js': [
    part('\tif (reaction.ac !== null) {', '\ttry {\n\t\treaction.f |= REACTION_IS_UPDATING;'), part('\t\tif (derived.ac !== null) {', '\t\t// freeze any effects inside this derived'),
    ['var is_fork = current_batch?.is_fork;', 'const is_fork = false;'], without('\t\t\tis_runes() &&\n'),
  ],

  // Nothing moves in or out: what goes is gone at once.
  '/internal/client/reactivity/effects.js': [
    part('\treturn (options = {}) => {\n\t\treturn new Promise((fulfil) => {', '}\n\n/**\n * @param {() => void | (() => void)} fn\n * @returns {Effect}\n */\nexport function effect(fn)'),
    part('\t\tconst controller = effect.ac;', '\t\tvar next = effect.next;\n\n\t\tif ((effect.f & ROOT_EFFECT) !== 0) {\n\t\t\t// this is now'),
    without('\tcurrent_batch?.register_created_effect(effect);\n'),
    part('\t/** @type {TransitionManager[]} */\n\tvar transitions = [];\n\n\teffect.f |= PAUSED;', '\t\tif (destroy) destroy_effect(effect);', '\t{\n'),
    part('\t};\n\n\tvar remaining = transitions.length;', '/**\n * @param {Effect} effect\n * @param {TransitionManager[]} transitions', '\t}\n}\n\n'),
    part('\teffect.f &= ~PAUSED;\n', '}\n'),
  ],
  '/internal/client/dom/blocks/branches.js': [
    field('#batches'), field('#offscreen'), field('#outroing'), field('#transition'), without('\t\tthis.#transition = transition;\n'),
    part('\t#commit = (batch) => {', '\t\tvar onscreen =', '\t#commit = (key) => {\n'),
    part('\t\tif (onscreen) {\n', '\t\t// outro/destroy all'),
    ['\t\t\tif (k === key || this.#outroing.has(k)) continue;\n', '\t\t\tif (k === key) continue;\n'],
    part('\t\t\tconst on_destroy = () => {', '\t\t}\n\t};', '\t\t\tdestroy_effect(effect);\n\t\t\tthis.#onscreen.delete(k);\n'),
    part('\t#discard = (batch) => {', '\t/**\n\t *\n\t * @param {any} key'),
    part('\t\tvar batch = /** @type {Batch} */ (current_batch);', '\t\t\t\tthis.#onscreen.set(\n\t\t\t\t\tkey,', '\t\tif (fn && !this.#onscreen.has(key)) {\n\t\t\t{\n'),
    part('\t\tthis.#batches.set(batch, key);', '\t\t\tif (hydrating) {', '\t\t{\n'),
    ['\t\t\tthis.#commit(batch);', '\t\t\tthis.#commit(key);'],
  ],
  '/internal/client/dom/blocks/each.js': [
    part('\t/** @type {TransitionManager[]} */\n\tvar transitions = [];', "\t\t// If we're in a controlled each block", '\t{\n'),
    ['transitions.length === 0 && controlled_anchor !== null && state.pending.size === 0', 'controlled_anchor !== null'],
    part('\t} else {\n\t\tgroup = {', '}\n\n/**\n * @param {EachState} state\n * @param {Effect[]} to_destroy\n * @param {boolean} remove_dom', '\t}\n'),
    part('\tif (state.pending.size > 0) {', '\tfor (var i = 0; i < to_destroy.length; i++) {'),
    part('\t\tif (preserved_effects?.has(e)) {', '\t\t\tdestroy_effect(to_destroy[i], remove_dom);', '\t\t{\n'),
    ['var defer = should_defer_append();', 'const defer = false;'],
    without('\t\t\tpending.set(batch, keys);\n'),
    ['var is_animated = (flags & EACH_IS_ANIMATED) !== 0;', 'const is_animated = false;'],
    part('\t\tif (state.outrogroups !== null) {\n\t\t\tfor (const group of state.outrogroups) {\n\t\t\t\tgroup.pending.delete', '\t\tif ((effect.f & INERT) !== 0) {'),
    part('\tif (state.outrogroups !== null) {\n\t\tfor (const group of state.outrogroups) {\n\t\t\tif (group.pending', '\tif (current !== null || seen !== undefined) {\n\t\t/** @type {Effect[]} */'),
  ],

  // Boundaries only catch: none waits for what it shows.
  '/internal/client/dom/blocks/boundary.js': [
    field('#hydrate_open'), field('is_pending'), field('#pending_effect'), field('#offscreen_fragment'), field('#local_pending_count'), field('#pending_count'), field('#pending_count_update_queued'),
    field('#dirty_reactions'), field('#effect_pending'),
    part('\t#effect_pending_subscriber = createSubscriber', '\t/**\n\t * @param {TemplateNode} node'),
    ...['#hydrate_resolved_content', '#hydrate_failed_content', '#hydrate_pending_content', '#resolve', 'defer_effect', 'is_rendered', 'has_pending_snippet', '#update_pending_count', 'update_pending_count', 'get_effect_pending'].map(method),
    part('\t\t\tif (hydrating) {\n\t\t\t\tconst comment_data', '\t\t\t\tthis.#render();', '\t\t\t{\n'),
    part('\t\t\tthis.is_pending = this.has_pending_snippet();', '\t\t\tthis.#main_effect = branch'),
    part('\t\t\tif (this.#pending_count > 0) {', '\t\t} catch (error) {'),
    part('\t\tif (current_batch?.is_fork) {', '\n\t\t\tthis.#handle_error(error);', '\t\t{'),
    part('\t\tif (this.#pending_effect) {\n\t\t\tdestroy_effect', '\t\tif (this.#failed_effect) {'),
    without('\t\t\tset_hydrate_node(/** @type {TemplateNode} */ (this.#hydrate_open));\n'),

    part('\t\tif (error === HYDRATION_ERROR) {', '\t\t// If we have nothing to capture the error'),

    // They show what fails, and tell nobody of it.
    without('\t\t\t\te.svelte_boundary_reset_onerror();\n'), part('\t\tconst invoke_onerror = () => {', '\t\treturn { reset, invoke_onerror };'),
    ['return { reset, invoke_onerror };', 'return { reset };'], ['const { reset, invoke_onerror } = this.#create_reset(transformed_error);', 'const { reset } = this.#create_reset(transformed_error);'],
    without('\t\t\tinvoke_onerror();\n'), ['if (!this.#props.onerror && !this.#props.failed) {', 'if (!this.#props.failed) {'],
    part('\t\t\t// Run the error through the API-level', '\t\t});\n\t}\n}\n\nexport function pending', '\t\t\thandle_error_result(error);\n'),
    part('\t\t// Inherit transform_error from', '\t\tthis.#effect = block('),
  ],

  '/internal/client/error-handling.js': [part('\tif (error === HYDRATION_ERROR) {', '\tif (effect !== null && (effect.f & DESTROYED) !== 0) {')],

  // One component is mounted, for good.
  '/internal/client/render.js': [
    part('\t\t\t\tif (events) {', '\t\t\t\tif (hydrating) {\n\t\t\t\t\tassign_nodes'), without('\t\t\t\tif (context) ctx.c = context;\n'),
    part('\t\treturn () => {\n\t\t\tfor (var event_name of registered_events) {', '\t});\n\n\tmounted_components.set'), without('\tmounted_components.set(component, unmount);\n'),
  ],

  // No element has both a `style` and `style:`, a style that is `|important`, or `class:` (eslint.config.js).
  '/internal/shared/attributes.js': [
    part('\t\tif (Array.isArray(styles)) {', '\t\tif (normal_styles) {\n\t\t\tnew_style +=', '\t\tnormal_styles = styles;\n'),
    part('\t\tif (important_styles) {\n\t\t\tnew_style', '\t\tnew_style = new_style.trim();'),
    ["var separator = important ? ' !important;' : ';';", "const separator = ';';"],
    part('\tif (directives) {', "\treturn classname === '' ? null : classname;"),
  ],
  '/internal/client/dom/elements/class.js': [part('\t} else if (next_classes && prev_classes !== next_classes) {', '\n\treturn next_classes;', '\t}\n')],
  '/internal/client/dom/elements/style.js': [part('\t\tif (Array.isArray(next_styles)) {', '\t}\n\n\treturn next_styles;', '\t\tupdate_styles(dom, prev_styles, next_styles);\n')],

  // Attributes are named one by one (`attribute_effect`), and no image waits to be seen.
  '/internal/client/dom/elements/attributes.js': [
    [/(?<=ATTRIBUTES_CACHE\] \?\?= )\{[^}]*\}/g, '{}'], part("\tif (attribute === 'loading') {", '\tif (value == null) {\n\t\telement.removeAttribute(attribute);'),
  ],
  '/utils.js': [
    ['const DOM_PROPERTIES = [\n\t...DOM_BOOLEAN_ATTRIBUTES,', 'const DOM_PROPERTIES = /* @__PURE__ */ DOM_BOOLEAN_ATTRIBUTES.concat(['],
    ["'disableRemotePlayback'\n];", "'disableRemotePlayback'\n]);"],
  ],

  // No component is a custom element.
  '/internal/client/dom/elements/custom-element.js': [["if (typeof HTMLElement === 'function') {", 'if (false) {']],
};
