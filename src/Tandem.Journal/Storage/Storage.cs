namespace Tandem.Journal;

/// <summary>A folder of files: all that the journal needs of a disk, and no more, so that tests can have a worse disk than any.</summary>
public abstract class Storage : IDisposable
{
    /// <summary>The folder, for messages.</summary>
    public abstract string Folder { get; }

    public abstract IReadOnlyList<string> Names();

    /// <summary>
    /// A new file of zeros whose room is allocated: writing within <paramref name="length"/> does not change its size. Its
    /// name is durable after <see cref="FlushFolder"/>.
    /// </summary>
    /// <exception cref="StorageFullException">No room; no file was left behind.</exception>
    public abstract StorageFile Create(string name, long length);

    public abstract StorageFile Open(string name);
    public abstract void Rename(string from, string to);
    public abstract void Delete(string name);
    /// <summary>Makes files created, renamed and deleted before durable as such.</summary>
    public abstract void FlushFolder();

    /// <summary>Keeps other processes out until this is disposed.</summary>
    /// <exception cref="FolderInUseException"/>
    public abstract void Lock();

    public string PathOf(string name) => Path.Combine(Folder, name);

    protected abstract void Dispose(bool disposing);
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }
}

public abstract class StorageFile : IDisposable
{
    public abstract long Length { get; }
    /// <summary>Fills <paramref name="into"/> as far as the file goes; returns how far.</summary>
    public abstract int Read(long offset, Span<byte> into);
    /// <exception cref="StorageFullException">No room; some of it may have been written.</exception>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);
    /// <summary>Everything written is durable when this returns. When it throws, nobody knows, and trying again proves nothing.</summary>
    public abstract void Flush();
    /// <summary>Grows with allocated zeros, or cuts.</summary>
    public abstract void SetLength(long length);

    protected abstract void Dispose(bool disposing);
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }
}
