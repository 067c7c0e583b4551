namespace Tandem.Journal;

/// <summary>The journal or a snapshot cannot be used. The message is one line for people, and says what to do.</summary>
public abstract class JournalException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The data was written by a newer release than this one.</summary>
public sealed class NewerDataException(string file, int format, int formatKnown) : JournalException(
    $"{file} was written by a newer release (format {format}; this release reads up to {formatKnown}). Start the newer release; nothing was changed.");

/// <summary>Something that was acknowledged cannot be read.</summary>
/// <param name="remedy">Null: it is a file of this node's own.</param>
public sealed class JournalDamagedException(string file, long offset, long position, string what, string? remedy = null) : JournalException(
    $"{file}: {what} at byte {offset}, journal position {position}, in what was acknowledged. {remedy ?? "Restore this file from the other side or a backup; nothing was changed."}")
{
    /// <summary>The remedy for what is no file of this node's own.</summary>
    public const string FetchAgain = "Start again: it is fetched anew.";

    public string File { get; } = file;
    public long Offset { get; } = offset;
    /// <summary>The first position that cannot be read.</summary>
    public long Position { get; } = position;
}

public sealed class FolderInUseException(string folder, Exception? inner = null) : JournalException(
    $"{folder} is in use by another process. Stop that one, or give this one a folder of its own.", inner)
{
    public string Folder { get; } = folder;
}

public sealed class WrongInstanceException(string folder, string found, string wanted) : JournalException(
    $"{folder} holds the journal of instance '{found}', not of '{wanted}'. Correct the configured instance or folder.");

/// <summary>There is no room on the disk, or under the quota.</summary>
public sealed class StorageFullException(string file, Exception? inner = null) : JournalException(
    $"{file}: no room on the disk. Free some, or enlarge it.", inner);

/// <summary>The journal does not reach back or forward to what is needed to rebuild the state.</summary>
public sealed class StateUnreachableException(string message) : JournalException(message);
