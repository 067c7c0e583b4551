namespace Tandem.Sip;

/// <summary>Something with a next moment. It carries its own place in the heap, so that arming and cancelling allocate nothing.</summary>
public abstract class Timed
{
    internal const long Never = long.MaxValue;

    internal long DueUs = Never;
    internal long Order;
    internal int HeapIndex = -1;

    private protected Timed() { }

    /// <summary>Its moment has come; it sets its next one or none.</summary>
    internal abstract void Due(long nowUs);
}
