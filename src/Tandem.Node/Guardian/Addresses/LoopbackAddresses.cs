using System.ComponentModel;
using System.Globalization;

namespace Tandem.Node.Guarding.Addresses;

/// <summary>
/// A pair on one machine: every address of 127.0.0.0/8 is always here, so who may use it is agreed in a folder that both
/// sides see. A file per address names its owner and how often it changed hands; taking it is a rename over it, and the
/// folder's watch tells the owner before. Nobody ever deletes a claim: there is no moment for two to be right in.
/// </summary>
sealed class LoopbackAddresses : IAddressDriver
{
    readonly string _folder, _owner;
    readonly Inotify _watch;
    readonly Dictionary<ServiceAddress, Claim> _held = [];

    readonly record struct Claim(long Number, string Owner, ulong Incarnation)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number} {Owner} {Incarnation}\n");
    }

    /// <param name="folder">Common to both sides. Made when it is missing, for its owner only.</param>
    /// <param name="side">Names the owner for people; each driver is its own owner.</param>
    /// <exception cref="AddressException">The folder cannot be used.</exception>
    public LoopbackAddresses(string folder, string side)
    {
        _folder = Path.GetFullPath(folder);
        _owner = $"{side}-{Guid.NewGuid():N}";
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_folder);
            else Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            _watch = new Inotify(_folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new AddressException($"{_folder} cannot hold the claims of loopback addresses: {e.Message}", e);
        }
    }

    public int Descriptor => _watch.Descriptor;

    /// <summary>A claim of a guardian that is gone binds nobody.</summary>
    public void Clear() { }

    public void Take(ServiceAddress address, ulong incarnation)
    {
        if (!System.Net.IPAddress.IsLoopback(address.Ip)) throw new AddressException("is no loopback address, and 'address-moves' says loopback");
        string path = PathOf(address), beside = $"{path}.{_owner}";
        try
        {
            var claim = new Claim((Read(path)?.Number ?? 0) + 1, _owner, incarnation);
            File.WriteAllText(beside, claim.ToString());
            File.Move(beside, path, overwrite: true);
            _held[address] = claim;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AddressException($"cannot be claimed in {_folder}: {e.Message}", e);
        }
    }

    public void Yield(ServiceAddress address) { }

    public void Drop(ServiceAddress address) => _held.Remove(address);

    public void Read(List<ServiceAddress> taken)
    {
        if (!_watch.Drain()) return;
        int first = taken.Count;
        foreach ((ServiceAddress address, Claim claim) in _held)
            if (Read(PathOf(address)) is { } now && now.Owner != _owner && now.Number >= claim.Number) taken.Add(address);
        for (int i = first; i < taken.Count; i++) _held.Remove(taken[i]);
    }

    public bool Acts { set { } }

    public int Tick(long nowMs) => -1;

    string PathOf(ServiceAddress address) => Path.Combine(_folder, address.Name.Replace(':', '-').Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal));

    /// <summary>Null: nobody's, or no claim that could be read.</summary>
    static Claim? Read(string path)
    {
        try
        {
            string[] words = File.ReadAllText(path).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            return words is [var number, var owner, var incarnation]
                && long.TryParse(number, CultureInfo.InvariantCulture, out long n) && ulong.TryParse(incarnation, CultureInfo.InvariantCulture, out ulong i)
                ? new Claim(n, owner, i) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public void Dispose() => _watch.Dispose();
}
