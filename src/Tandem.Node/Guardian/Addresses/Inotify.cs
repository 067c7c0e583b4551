using System.Runtime.InteropServices;

namespace Tandem.Node.Guarding.Addresses;

/// <summary>Tells that files were moved into a folder.</summary>
sealed class Inotify : IDisposable
{
    const int NonBlocking = 0x800, CloseOnExec = 0x80000;
    const uint MovedTo = 0x80;
    readonly byte[] _events = new byte[4096];

    public Inotify(string folder)
    {
        Descriptor = inotify_init1(NonBlocking | CloseOnExec);
        if (Descriptor < 0) throw Posix.Failed("inotify");
        if (inotify_add_watch(Descriptor, folder, MovedTo) < 0)
        {
            Exception failed = Posix.Failed($"inotify of {folder}");
            Posix.Close(Descriptor);
            throw failed;
        }
    }

    public int Descriptor { get; }

    /// <summary>True when anything came since the last time.</summary>
    public bool Drain()
    {
        bool any = false;
        while (Posix.Read(Descriptor, _events) > 0) any = true;
        return any;
    }

    public void Dispose() => Posix.Close(Descriptor);

    [DllImport("libc", SetLastError = true)] static extern int inotify_init1(int flags);
    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    static extern int inotify_add_watch(int descriptor, string path, uint mask);
}
