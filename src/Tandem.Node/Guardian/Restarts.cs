namespace Tandem.Node.Guarding;

/// <summary>When a node that ended is started again: at once the first time, later and later while it ends within seconds.</summary>
sealed class Restarts
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(200), Most = TimeSpan.FromSeconds(5), Settled = TimeSpan.FromSeconds(10);
    int _quick;

    /// <summary>Since the guardian's start.</summary>
    public int Count { get; private set; }

    /// <param name="lived">From its start to its end.</param>
    /// <param name="atOnce">It was killed, or declared lost and wants back.</param>
    public TimeSpan Next(TimeSpan lived, bool atOnce)
    {
        Count++;
        _quick = lived >= Settled ? 0 : _quick + 1;
        int doubled = atOnce ? _quick - 2 : _quick - 1;
        if (doubled < 0) return atOnce ? TimeSpan.Zero : First;
        return TimeSpan.FromTicks(Math.Min(Most.Ticks, First.Ticks << Math.Min(doubled, 10)));
    }

    /// <summary>Somebody asked for the start: no back-off is left of what went before.</summary>
    public void Forget() => _quick = 0;
}
