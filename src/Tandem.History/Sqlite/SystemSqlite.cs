using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Tandem.History;

/// <summary>
/// Chooses SQLite's native library, once per process. The one that comes with the package is of 2021: on Linux the
/// system's, which its distribution keeps repaired, goes first when there is one.
/// Whoever opens a database by himself calls <see cref="Use"/> before: two libraries in one process end in a crash.
/// </summary>
public static class SystemSqlite
{
    static readonly Lazy<bool> s_chosen = new(Choose);

    public static void Use() => _ = s_chosen.Value;

    static bool Choose()
    {
        if (OperatingSystem.IsLinux()) NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
        return true;
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "e_sqlite3" && NativeLibrary.TryLoad("libsqlite3.so.0", out nint library) ? library : 0;
}
