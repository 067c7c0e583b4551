namespace Tandem.Node.Guarding;

/// <summary>
/// How long a node has not renewed, as far as the guardian can know. A guardian that was itself kept from running has heard
/// nothing in that time whatever the node did: of each pause between two looks it counts no more than what it meant to sleep.
/// </summary>
/// <param name="limitMs">A node that was silent for longer is judged dead.</param>
/// <param name="stepMs">The longest that the guardian sleeps between two looks.</param>
sealed class Silence(int limitMs, int stepMs)
{
    long _lookedMs;
    long _silentMs;

    /// <summary>Only who has renewed once can miss it: a start takes the time it takes.</summary>
    public bool IsArmed { get; private set; }
    public bool IsTooLong => IsArmed && _silentMs > limitMs;
    /// <summary>For a node that holds no address: it is in nobody's way, and has just begun or will not be missed.</summary>
    public bool IsFarTooLong => IsArmed && _silentMs > 4 * limitMs;
    public long Ms => _silentMs;

    public void Begin(long nowMs) => (_lookedMs, _silentMs, IsArmed) = (nowMs, 0, false);

    /// <summary>After all that the node had said was read.</summary>
    public void Look(long nowMs, bool renewed)
    {
        long passed = nowMs - _lookedMs;
        _lookedMs = nowMs;
        if (renewed) (_silentMs, IsArmed) = (0, true);
        else _silentMs += Math.Min(passed, 2 * stepMs);
    }
}
