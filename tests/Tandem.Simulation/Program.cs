using System.Diagnostics;
using System.Globalization;
using Tandem.Simulation;
using Xunit.Runner.InProc.SystemConsole;

if (args is not ["simulate", ..]) return await ConsoleRunner.Run(args);
return SimulateCommand.Run(args[1..]);
