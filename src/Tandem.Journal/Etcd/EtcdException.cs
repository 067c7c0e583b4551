namespace Tandem.Journal;

/// <summary>What an etcd member answered, or that none did. The message is one line.</summary>
public class EtcdException(string message, EtcdError error, Exception? inner = null) : JournalException(message, inner)
{
    public EtcdError Error { get; } = error;

    /// <summary>What to do about <see cref="EtcdError.NoSpace"/>.</summary>
    internal const string NoSpaceAdvice = "Enlarge the quota or defragment, then disarm the alarm (etcdctl alarm disarm).";
}

public enum EtcdError
{
    /// <summary>No answer, no connection, no leader: another member, or the same one later, may do it. It may have been done.</summary>
    Unavailable,
    /// <summary>The token is unknown or too old: authenticate again.</summary>
    TokenRejected,
    /// <summary>User, password, certificate or role are not good enough.</summary>
    Denied,
    /// <summary>The quota is used up. It may have been done all the same.</summary>
    NoSpace,
    /// <summary>The revision asked for is no longer kept.</summary>
    Compacted,
    /// <summary>Anything else: asking again will not help.</summary>
    Rejected,
}

/// <summary>
/// etcd no longer keeps the entries that follow the mirror. The other side has them: fetch its newest snapshot and what
/// comes after it, import both, and open again.
/// </summary>
/// <param name="position">The last position that the mirror has.</param>
public sealed class JournalCompactedException(string journal, long position, long compactedRevision) : JournalException(
    $"{journal}: etcd no longer keeps the entries after position {position} (it is compacted up to revision {compactedRevision}). Fetch them from the other side.")
{
    public long Position { get; } = position;
}
