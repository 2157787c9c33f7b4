package main
import ("os";"tranche/fixtures")
func main(){ os.MkdirAll(os.Args[1],0o755); n,err:=fixtures.LayOut(os.Args[1]); println(n); if err!=nil{panic(err)} }
