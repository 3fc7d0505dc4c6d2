Console.WriteLine("sightglass");
