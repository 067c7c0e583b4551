namespace Tandem.Core;

/// <summary>Journal time: microseconds since the instance was founded. It never falls.</summary>
public readonly record struct Instant(long Us) : IComparable<Instant>
{
    public static readonly Instant Zero;
    /// <summary>Later than anything: a deadline that is not set.</summary>
    public static readonly Instant Never = new(long.MaxValue);
    public bool IsNever => Us == long.MaxValue;
    public int CompareTo(Instant other) => Us.CompareTo(other.Us);
    public static Instant operator +(Instant at, Span by) => new(at.Us + by.Us);
    public static Instant operator -(Instant at, Span by) => new(at.Us - by.Us);
    public static Span operator -(Instant to, Instant from) => new(to.Us - from.Us);
    public static bool operator <(Instant a, Instant b) => a.Us < b.Us;
    public static bool operator >(Instant a, Instant b) => a.Us > b.Us;
    public static bool operator <=(Instant a, Instant b) => a.Us <= b.Us;
    public static bool operator >=(Instant a, Instant b) => a.Us >= b.Us;
    public override string ToString() => $"{Us / 1_000_000}.{Us / 1000 % 1000:000}";
}

/// <summary>A length of journal time in microseconds.</summary>
public readonly record struct Span(long Us) : IComparable<Span>
{
    public static readonly Span Zero;
    public static Span FromMs(long ms) => new(ms * 1000);
    public static Span FromSeconds(long seconds) => new(seconds * 1_000_000);
    public int CompareTo(Span other) => Us.CompareTo(other.Us);
    public static Span operator +(Span a, Span b) => new(a.Us + b.Us);
    public static bool operator <(Span a, Span b) => a.Us < b.Us;
    public static bool operator >(Span a, Span b) => a.Us > b.Us;
    public static bool operator <=(Span a, Span b) => a.Us <= b.Us;
    public static bool operator >=(Span a, Span b) => a.Us >= b.Us;
}
