using Microsoft.Win32.SafeHandles;

namespace Tandem.Journal;

/// <summary>A folder of the host's file system.</summary>
public sealed class FolderStorage : Storage
{
    SafeFileHandle? _lock;

    public FolderStorage(string folder)
    {
        Folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(Folder);
    }

    public override string Folder { get; }

    public override IReadOnlyList<string> Names() =>
        [.. new DirectoryInfo(Folder).EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal)];

    public override StorageFile Create(string name, long length)
    {
        var file = new FolderFile(PathOf(name), FileMode.Create);
        try
        {
            file.SetLength(length);
            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(PathOf(name));
            throw;
        }
    }

    public override StorageFile Open(string name) => new FolderFile(PathOf(name), FileMode.Open);

    public override void Rename(string from, string to)
    {
        try
        {
            File.Move(PathOf(from), PathOf(to), overwrite: true);
        }
        catch (IOException e) when (Posix.IsFull(e))
        {
            throw new StorageFullException(PathOf(to), e);
        }
    }

    public override void Delete(string name) => File.Delete(PathOf(name));

    public override void FlushFolder()
    {
        if (OperatingSystem.IsWindows()) return;    // NTFS journals its names
        using SafeFileHandle folder = Posix.OpenFolder(Folder);
        Posix.Flush(folder, Folder);
    }

    public override void Lock()
    {
        try
        {
            _lock = File.OpenHandle(PathOf("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new FolderInUseException(Folder, e);
        }
    }

    protected override void Dispose(bool disposing) => _lock?.Dispose();
}

sealed class FolderFile : StorageFile
{
    readonly SafeFileHandle _handle;
    readonly string _path;

    public FolderFile(string path, FileMode mode)
    {
        _path = path;
        _handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    public override long Length => RandomAccess.GetLength(_handle);

    public override int Read(long offset, Span<byte> into)
    {
        int done = 0;
        while (done < into.Length)
        {
            int got = RandomAccess.Read(_handle, into[done..], offset + done);
            if (got == 0) break;
            done += got;
        }
        return done;
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (IOException e) when (Posix.IsFull(e))
        {
            throw new StorageFullException(_path, e);
        }
    }

    public override void Flush()
    {
        if (OperatingSystem.IsLinux()) Posix.FlushData(_handle, _path);
        else RandomAccess.FlushToDisk(_handle);
    }

    public override void SetLength(long length)
    {
        long had = Length;
        if (length > had && OperatingSystem.IsLinux())
        {
            // An allocation that fails has taken the last room from everybody else for a moment.
            if (new DriveInfo(_path).AvailableFreeSpace < length - had) throw new StorageFullException(_path);
            Posix.Allocate(_handle, _path, had, length - had);
        }
        else
        {
            RandomAccess.SetLength(_handle, length);
        }
    }

    protected override void Dispose(bool disposing) => _handle.Dispose();
}
