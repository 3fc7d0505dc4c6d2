namespace Sightglass.Core.Webhooks;

/// <summary>The deliveries that wait, by receiver: which may go now, and when the next may. Each receiver has a line of its own,
/// and those that fail share half of what may be under way, so that they hold up nobody else. Guarded by its lock.</summary>
internal sealed class WebhookTargets(WebhookOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Target> _targets = new(StringComparer.Ordinal);
    private int _underWay;
    private int _failingUnderWay;

    /// <summary>Gets how many deliveries wait or are under way.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _targets.Values.Sum(t => t.Waiting.Count) + _underWay;
        }
    }

    public bool HasRoom(string target)
    {
        lock (_gate) return !_targets.TryGetValue(target, out var known) || known.Waiting.Count < options.MaxWaitingPerTarget;
    }

    public void Add(string target, string id, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (!_targets.TryGetValue(target, out var known)) _targets.Add(target, known = new Target(target));
            known.Waiting.Enqueue(id, at);
        }
    }

    /// <summary>Takes the deliveries that may go now.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="next">When to ask again where nothing changes; <see langword="null"/> for never.</param>
    public IReadOnlyList<(string Target, string Id)> Take(DateTimeOffset now, out DateTimeOffset? next)
    {
        var taken = new List<(string, string)>();
        next = null;
        lock (_gate)
        {
            foreach (var target in _targets.Values)
            {
                while (target.Waiting.TryPeek(out var id, out var at) && HasSlot(target))
                {
                    var due = at > target.RestsUntil ? at : target.RestsUntil;
                    if (due > now)
                    {
                        if (next is null || due < next) next = due;
                        break;
                    }

                    target.Waiting.Dequeue();
                    target.UnderWay++;
                    _underWay++;
                    target.CountsAsFailing = target.Failures > 0;
                    if (target.CountsAsFailing) _failingUnderWay++;
                    taken.Add((target.Name, id));
                }
            }
        }

        return taken;
    }

    /// <summary>Notes how an attempt ended.</summary>
    /// <param name="name">The receiver.</param>
    /// <param name="answered">Whether the receiver is all right; null where it was not asked.</param>
    /// <param name="now">The moment.</param>
    /// <param name="retryAfter">How long it asks to be left alone.</param>
    public void Done(string name, bool? answered, DateTimeOffset now, TimeSpan? retryAfter)
    {
        lock (_gate)
        {
            var target = _targets[name];
            target.UnderWay--;
            _underWay--;
            if (target.CountsAsFailing && target.UnderWay == 0)
            {
                target.CountsAsFailing = false;
                _failingUnderWay--;
            }

            if (answered == true)
            {
                target.Failures = 0;
                target.RestsUntil = default;
            }
            else if (answered == false)
            {
                target.Failures = Math.Min(target.Failures + 1, 30);
                var rest = WebhookLimits.FirstRest * Math.Pow(2, target.Failures - 1);
                if (rest > WebhookLimits.LongestRest) rest = WebhookLimits.LongestRest;
                if (retryAfter is { } asked && asked > rest) rest = asked < options.GiveUpAfter ? asked : options.GiveUpAfter;
                target.RestsUntil = now + rest;
            }

            if (target is { UnderWay: 0, Waiting.Count: 0, Failures: 0 }) _targets.Remove(name);
        }
    }

    private bool HasSlot(Target target) => _underWay < options.MaxConcurrent
        && (target.Failures == 0
            ? target.UnderWay < options.MaxConcurrentPerTarget
            : target.UnderWay == 0 && _failingUnderWay < Math.Max(1, options.MaxConcurrent / 2));

    private sealed class Target(string name)
    {
        public string Name { get; } = name;

        public PriorityQueue<string, DateTimeOffset> Waiting { get; } = new();

        public int UnderWay { get; set; }

        public bool CountsAsFailing { get; set; }

        public int Failures { get; set; }

        public DateTimeOffset RestsUntil { get; set; }
    }
}
