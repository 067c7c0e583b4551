using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Tandem.Core;

/// <summary>What must hold, checked in production too: a broken invariant is our bug, never a peer's or a user's fault.</summary>
public static class Invariant
{
    public static void That([DoesNotReturnIf(false)] bool holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        if (!holds) throw new InvariantException(what);
    }
}

/// <summary>A broken invariant. Whoever applied the entry reloads its snapshot and passes the entry by with <c>Skipped</c>.</summary>
public sealed class InvariantException(string what) : Exception($"invariant broken: {what}");
